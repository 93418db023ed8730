'use strict';
// What a call through the gateway must survive and do beside carrying sound: forks, early media, messages, lost browsers.
const { down, talk, up } = require('./b2p');

const C = [];
const add = (name, run, limit) => C.push({ name, run, limit });
const [ESTAB, CLOSED, INC] = ['CALL_ESTABLISHED', 'CALL_CLOSED', 'CALL_INCOMING'];
const FORKED = 'bob'; // on browser B and on a phone at once

async function forked(x) {
  const b = await x.agent('B', { user: FORKED });
  const p = await x.phone('p', { user: FORKED });
  return { b, p };
}

add('fork/browser-calls/phone-answers', async x => {
  const { b, p } = await forked(x), a = await x.agent('A');
  const call = a.callTimed(x.uri(FORKED));
  await Promise.all([p.wait(INC, 8000), b.wait('incoming', 8000)]);
  await p.answer();
  const r = await call;
  x.assert(r.ok, 'call failed ' + JSON.stringify(r));
  const lost = await b.wait(['failed', 'ended'], 5000);
  x.note('otherBranch', lost.cause);
  await talk(x, a, p);
  await a.do('hangup');
  await p.wait(CLOSED, 5000);
});

add('fork/browser-calls/browser-answers', async x => {
  const { b, p } = await forked(x), a = await x.agent('A');
  const call = a.callTimed(x.uri(FORKED));
  await Promise.all([p.wait(INC, 8000), b.wait('incoming', 8000)]);
  await b.do('answer', {});
  const r = await call;
  x.assert(r.ok, 'call failed ' + JSON.stringify(r));
  await p.wait(CLOSED, 5000);
  await x.hears(a, b.tone);
  await x.hears(b, a.tone);
  await b.do('hangup');
  await a.wait('ended', 5000);
});

add('fork/phone-calls/browser-answers', async x => {
  const { b, p } = await forked(x), q = await x.phone('q');
  await q.dial(x.uri(FORKED));
  await Promise.all([p.wait(INC, 8000), b.wait('incoming', 8000)]);
  await b.do('answer', {});
  await q.wait(ESTAB, 8000);
  await p.wait(CLOSED, 5000);
  await x.hears(b, q.tone);
  await x.phoneHears(q, b.tone);
  await q.hangup();
  await b.wait('ended', 5000);
});

add('fork/phone-calls/phone-answers', async x => {
  const { b, p } = await forked(x), q = await x.phone('q');
  await q.dial(x.uri(FORKED));
  await Promise.all([p.wait(INC, 8000), b.wait('incoming', 8000)]);
  await p.answer();
  await q.wait(ESTAB, 8000);
  await b.wait(['failed', 'ended'], 5000);
  await x.phoneHears(p, q.tone);
  await x.phoneHears(q, p.tone);
  await q.hangup();
  await p.wait(CLOSED, 5000);
});

add('phone-to-phone', async x => {
  const p = await x.phone('p'), q = await x.phone('q');
  await p.dial(x.uri(q.user));
  await q.wait(INC, 8000);
  await q.answer();
  await p.wait(ESTAB, 8000);
  await x.phoneHears(p, q.tone);
  await x.phoneHears(q, p.tone);
  x.assert(!p.wire || [...p.wire.rtp.keys()].every(k => k.includes(x.nodes.p.ip) || k.includes(x.nodes.q.ip)), 'the media took a detour');
  await q.hangup();
  await p.wait(CLOSED, 5000);
});

add('early-media/browser-calls', async x => {
  const p = await x.phone('p', { kind: 'sipp' }), a = await x.agent('A');
  await p.uas(true);
  const call = a.callTimed(x.uri(p.user));
  await a.wait('progress', 8000);
  await x.hears(a, p.tone, 'before the answer'); // sipp rings with sound for 3.5 s before it answers
  x.assert(!(await a.events()).some(e => e.type === 'confirmed'), 'answered before the early media was heard');
  const r = await call;
  x.assert(r.ok, JSON.stringify(r));
  await x.hears(a, p.tone, 'after the answer');
  await a.do('hangup');
  await p.done();
  x.assert(p.p.exitCode === 0, 'sipp exit ' + p.p.exitCode + p.err('uas-early'));
});

add('no-answer/browser-gives-up', async x => {
  const p = await x.phone('p'), a = await x.agent('A', { ua: { no_answer_timeout: 2 } });
  const call = a.callTimed(x.uri(p.user));
  await p.wait(INC, 8000);
  await p.wait(CLOSED, 8000).catch(() => {});
  await a.do('hangup').catch(() => {});
  const r = await call;
  x.assert(!r.ok, JSON.stringify(r));
});

add('message/phone-to-browser', async x => {
  const a = await x.agent('A'), p = await x.phone('p', { kind: 'sipp' });
  p.p = p.run('message', ['-s', a.user]);
  const m = await a.wait('message', 8000);
  x.assert(m.body.trim() === 'Grüße vom Telefon', m.body);
  await p.done();
  x.assert(p.p.exitCode === 0, 'sipp exit ' + p.p.exitCode + p.err('message'));
});

add('message/browser-to-phone', async x => {
  const a = await x.agent('A'), p = await x.phone('p');
  await a.do('message', x.uri(p.user), 'Hello phone ☎');
  const m = await x.until(() => p.wire.sip.find(m => /^MESSAGE /.test(m.text) && m.dst.startsWith(p.o.ip)), 8000);
  x.assert(m && m.text.endsWith('Hello phone ☎'), m ? m.text : 'no MESSAGE arrived');
});

// A phone that offers SDES gets its own profile back.
add('sdes/phone-to-browser', async x => {
  const { a, p } = await down(x, { mediaenc: 'srtp-mand' });
  await talk(x, a, p);
  await a.do('hangup');
  await p.wait(CLOSED, 5000);
});

// The profile's grace time is 4 seconds.
add('lost/page-closed-mid-call', async x => {
  const { a, p } = await up(x);
  await talk(x, a, p);
  x.open.splice(x.open.indexOf(a), 1);
  const closed = performance.now();
  await a.close();
  const e = await p.wait(CLOSED, 12000);
  const waited = (performance.now() - closed) / 1000;
  x.note('byeAfter', waited.toFixed(1) + 's');
  x.assert(waited > 2.5, `the phone's leg was ended after ${waited.toFixed(1)} s, before the grace time`);
  const bye = p.wire.sip.find(m => /^BYE /.test(m.text) && m.dst.startsWith(p.o.ip));
  x.assert(bye && /^Reason: *\S+/im.test(bye.text), 'the BYE carries no Reason: ' + (bye && bye.text) + JSON.stringify(e));
});

add('lost/socket-cut-and-back', async x => {
  const { a, p } = await down(x);
  await talk(x, a, p);
  const since = await a.now();
  await a.page.evaluate(() => window.__iop.sockets.at(-1).close());
  await a.wait('registered', 8000, since);
  await x.sleep(5000); // longer than the grace time: the call must not have been ended
  await talk(x, a, p, 'after the reconnect');
  await p.hangup();
  await a.wait('ended', 5000);
});

module.exports = C;
