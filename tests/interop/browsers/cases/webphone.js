'use strict';
// The web phone that the gateway itself serves, used as a person would: fields, buttons, what the page says.
const fs = require('fs'), path = require('path');

const C = [];
const add = (name, run) => C.push({ name: 'webphone/' + name, run });
const [ESTAB, CLOSED, INC] = ['CALL_ESTABLISHED', 'CALL_CLOSED', 'CALL_INCOMING'];

/** Opens the page and, unless told otherwise, connects; `shot` writes a picture beside the traces. */
async function open(x, n, { user = n === 'A' ? 'alice' : 'bob', password, connect = true, width = 1000, height = 900, url = x.gw.page } = {}) {
  if (!x.gw.page)
    x.skip('gateway profile has no "page" URL');
  if (!fs.existsSync(path.join(process.env.CORDBOARD_BUILD, 'www/index.html')))
    x.skip('the web phone is not built');
  const w = await (await x.browser(n)).agent({ url });
  Object.assign(w, { name: `${n}-webphone-${user}`, user, tone: x.TONE[n] });
  x.open.push(w);
  const { page } = w;
  await page.evaluate(() => localStorage.clear()); // what another case has kept
  await page.reload();
  await w.inject();
  await page.setViewportSize({ width, height });
  w.id = id => page.locator('#' + id);
  w.says = text => page.waitForFunction(t => document.getElementById('log').textContent.includes(t) || document.getElementById('state-text').textContent.includes(t), text, { timeout: 8000 });
  w.told = () => w.id('log').innerText();
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

add('wrong-settings-say-so', async x => {
  const w = await open(x, 'A', { connect: false });
  await w.id('expert').locator('summary').click();
  for (const [id, wrong, sentence] of [
    ['address', 'alice', 'This is no address.'],
    ['ws-url', 'foo', '“foo” is no WebSocket URL.'],
    ['ice-servers', '[{"urls": "http://x"}]', 'cannot use the ICE server "http://x"'],
  ]) {
    const right = await w.id(id).inputValue();
    await w.id(id).fill(wrong);
    await w.id('connect').click();
    await w.says(sentence);
    await w.id(id).fill(right);
  }
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

add('one-call-at-a-time', async x => {
  const w = await open(x, 'A'), p = await x.phone('p');
  await w.id('target').fill('1002');
  await p.dial(x.uri('alice'));
  await w.id('answer').waitFor({ state: 'visible', timeout: 8000 });
  x.assert(!await w.id('dialer').isVisible(), 'a call can be made while one rings');
  await w.page.evaluate(() => document.getElementById('dial').requestSubmit());
  await w.says('There is a call already.');
  await w.id('decline').click();
  await p.wait(CLOSED, 5000);
  await w.id('dialer').waitFor({ state: 'visible', timeout: 4000 });
});

add('answer-that-fails-ends-the-call', async x => {
  const w = await open(x, 'A'), p = await x.phone('p');
  await w.page.evaluate(() => { RTCPeerConnection.prototype.addTrack = () => { throw new Error('broken'); }; });
  await p.dial(x.uri('alice'));
  await w.id('answer').waitFor({ state: 'visible', timeout: 8000 });
  await w.id('answer').click();
  await w.says('The browser could not set up the call.');
  await p.wait(CLOSED, 5000);
});

add('without-https-says-so', async x => {
  const w = await open(x, 'A', { url: x.gw.ws.replace(/^ws/, 'http') }), p = await x.phone('p');
  x.assert(await w.id('secure-link').getAttribute('href') === x.gw.page, 'no link to the page by https');
  x.assert(await w.id('call-audio').isDisabled(), 'a call can be made that would never start');
  await w.shot('webphone-insecure');
  await p.dial(x.uri('alice'));
  await p.wait(CLOSED, 8000);
  await w.says('called. This page cannot');
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

add('server-gone-and-back', async x => {
  const w = await open(x, 'A');
  const sockets = () => w.page.evaluate(() => window.__iop.sockets.length);
  const before = await sockets();
  await w.page.context().setOffline(true);
  await w.page.evaluate(() => window.__iop.sockets.at(-1).close());
  await w.lamp('reconnecting');
  x.assert(await x.until(async () => await sockets() >= before + 2, 9000), 'it does not try to reconnect');
  x.assert((await w.told()).split('Connection lost').length === 2, 'told more than once: ' + await w.told());
  x.assert(!await w.id('account-fields').isVisible(), 'the account is asked for while it reconnects');
  await w.page.context().setOffline(false);
  await w.page.waitForFunction(() => document.getElementById('state').dataset.state === 'online', null, { timeout: 20000 });
});

add('fits-a-phone', async x => {
  const w = await open(x, 'A', { width: 360, height: 740 });
  const wide = await w.page.evaluate(() => document.documentElement.scrollWidth);
  x.assert(wide <= 360, `the page is ${wide} pixels wide at a width of 360`);
  await w.shot('webphone-narrow');
});

module.exports = C;
