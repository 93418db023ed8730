'use strict';
// The web phone that the gateway itself serves, used as a person would: fields, buttons, what the page says.
const fs = require('fs'), path = require('path');

const C = [];
const add = (name, run) => C.push({ name: 'webphone/' + name, run });
const [ESTAB, CLOSED, INC] = ['CALL_ESTABLISHED', 'CALL_CLOSED', 'CALL_INCOMING'];

/** Opens the page and, unless told otherwise, connects; `shot` writes a picture beside the traces. */
async function open(x, n, { user = n === 'A' ? 'alice' : 'bob', password, connect = true, width = 1000, height = 900 } = {}) {
  if (!x.gw.page)
    x.skip('gateway profile has no "page" URL');
  if (!fs.existsSync(path.join(process.env.CORDBOARD_BUILD, 'www/index.html')))
    x.skip('the web phone is not built');
  const w = await (await x.browser(n)).agent({ url: x.gw.page });
  Object.assign(w, { name: `${n}-webphone-${user}`, user, tone: x.TONE[n] });
  x.open.push(w);
  const { page } = w;
  await page.evaluate(() => localStorage.clear()); // what another case has kept
  await page.reload();
  await w.inject();
  await page.setViewportSize({ width, height });
  w.id = id => page.locator('#' + id);
  w.says = text => page.waitForFunction(t => document.getElementById('log').textContent.includes(t) || document.getElementById('state-text').textContent.includes(t), text, { timeout: 8000 });
  w.lamp = state => page.waitForFunction(s => document.getElementById('state').dataset.state === s, state, { timeout: 8000 });
  w.talking = () => page.waitForFunction(() => document.getElementById('call-state').textContent === 'Talking', null, { timeout: 10000 });
  w.over = () => w.id('call').waitFor({ state: 'hidden', timeout: 8000 });
  w.shot = name => process.env.IOP_SHOTS && page.screenshot({ path: path.join(process.env.IOP_SHOTS, name + '.png') });
  w.dial = async (target, video) => { await w.id('target').fill(target); await w.id(video ? 'call-video' : 'call-audio').click(); };
  await w.id('address').fill(`${user}@${x.gw.domain}`);
  await w.id('password').fill(password ?? x.gw.users[user]);
  if (connect) {
    await w.id('connect').click();
    await w.lamp('online');
  }
  return w;
}

add('wrong-password-says-so', async x => {
  const w = await open(x, 'A', { password: 'wrong', connect: false });
  await w.id('connect').click();
  await w.says('The password is wrong.');
});

add('settings-are-kept', async x => {
  const w = await open(x, 'A', { connect: false });
  await w.id('remember').check();
  await w.id('connect').click();
  await w.lamp('online');
  await w.page.reload();
  await w.lamp('online');
});

add('calls-phone/tone-dtmf-hold', async x => {
  const p = await x.phone('p'), w = await open(x, 'A');
  await w.shot('webphone-online');
  await w.dial(p.user);
  await p.wait(INC, 8000);
  await p.answer();
  await w.talking();
  await x.hears(w, p.tone);
  await x.phoneHears(p, w.tone);
  await w.id('keypad-toggle').click();
  for (const digit of '15#')
    await w.page.locator(`#keypad [data-digit="${digit}"]`).click();
  const got = () => p.ev.filter(e => e.type === 'CALL_DTMF_START').map(e => e.param).join('');
  await x.until(() => got().length >= 3, 4000);
  x.assert(got() === '15#', 'phone got ' + got());
  await w.shot('webphone-call');
  await w.id('hold').click();
  await x.silent(w, 'on hold');
  await w.id('hold').click();
  await x.sleep(600);
  await x.hears(w, p.tone, 'after resume');
  await w.id('hangup').click();
  await p.wait(CLOSED, 5000);
  await w.over();
});

add('is-called-by-phone', async x => {
  const w = await open(x, 'A'), p = await x.phone('p');
  await p.dial(x.uri('alice'));
  await w.id('answer').waitFor({ state: 'visible', timeout: 8000 });
  await w.shot('webphone-incoming');
  await w.id('answer').click();
  await p.wait(ESTAB, 8000);
  await x.hears(w, p.tone);
  await x.phoneHears(p, w.tone);
  await p.hangup();
  await w.over();
});

add('opus-alone-to-a-phone-with-pcma', async x => {
  const p = await x.phone('p', { codecs: 'PCMA/8000/1' }), w = await open(x, 'A', { connect: false });
  await w.id('expert').locator('summary').click();
  await w.id('audio-codecs').fill('opus');
  await w.id('connect').click();
  await w.lamp('online');
  await w.dial(p.user);
  await p.wait(INC, 8000);
  await p.answer();
  await w.talking();
  await x.hears(w, p.tone);
  await x.phoneHears(p, w.tone);
  const { in_audio: { codec } } = await w.stats();
  x.assert(/opus/.test(codec), `the browser receives ${codec}`);
  await w.id('hangup').click();
  await p.wait(CLOSED, 5000);
});

add('browser-to-browser/video', async x => {
  const a = await open(x, 'A'), b = await open(x, 'B');
  await a.dial('bob', true);
  await b.id('answer-video').waitFor({ state: 'visible', timeout: 8000 });
  await b.id('answer-video').click();
  await Promise.all([a.talking(), b.talking()]);
  await x.flowing(a, ['audio', 'video'], 9000);
  await x.flowing(b, ['audio', 'video'], 9000);
  await x.hears(a, b.tone);
  await x.hears(b, a.tone);
  x.assert(await a.id('remote-video').evaluate(v => v.videoWidth > 0), 'no picture is shown');
  await a.shot('webphone-video');
  await b.id('hangup').click();
  await a.over();
});

add('why-a-call-failed', async x => {
  const w = await open(x, 'A');
  await w.dial('99999');
  await w.says('There is no such user.');
  await w.over();
  await w.dial('1003');
  await w.says('This user is not online.');
});

add('messages-both-ways', async x => {
  const a = await open(x, 'A'), b = await open(x, 'B');
  for (const [from, to, text] of [[a, b, 'hello bob'], [b, a, 'hello alice']]) {
    await from.id('target').fill(to.user);
    await from.id('message').fill(text);
    await from.id('send').click();
    await to.says(`${from.user}: ${text}`);
  }
});

add('connection-cut-and-back', async x => {
  const p = await x.phone('p'), w = await open(x, 'A');
  await w.dial(p.user);
  await p.wait(INC, 8000);
  await p.answer();
  await w.talking();
  await x.hears(w, p.tone);
  const restarts = () => w.page.evaluate(() => window.__iop.sdp.filter(s => s.type === 'offer' && s.m === 'setLocalDescription').length);
  const before = await restarts();
  await w.page.evaluate(() => window.__iop.sockets.at(-1).close());
  await w.lamp('online').catch(() => {});
  x.assert(await x.until(async () => await restarts() > before, 8000), 'no ICE restart after the reconnect');
  await x.sleep(5000); // past the grace time of the profile
  await x.hears(w, p.tone, 'after the reconnect');
  await x.phoneHears(p, w.tone, 'after the reconnect');
  await p.hangup();
  await w.over();
});

add('fits-a-phone', async x => {
  const w = await open(x, 'A', { width: 360, height: 740 });
  const wide = await w.page.evaluate(() => document.documentElement.scrollWidth);
  x.assert(wide <= 360, `the page is ${wide} pixels wide at a width of 360`);
  await w.shot('webphone-narrow');
});

module.exports = C;
