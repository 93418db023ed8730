'use strict';
// Chromium under playwright-core, optionally inside a network namespace.
const fs = require('fs'), path = require('path'), os = require('os'), cp = require('child_process');
const { chromium } = require('playwright-core');
const wav = require('./wav');
const ROOT = path.join(__dirname, '..');
const RUN = process.env.IOP_RUN;
const SIPML5 = process.env.IOP_SIPML5;
const ORIGIN = 'http://localhost:65500'; // never contacted: fulfilled by page.route; "localhost" is a secure context and may open ws:// and wss://
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--disable-default-apps', '--disable-domain-reliability', '--no-pings', '--metrics-recording-only', '--mute-audio',
  '--ignore-certificate-errors', '--autoplay-policy=no-user-gesture-required',
  '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
  '--disable-background-timer-throttling', '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows'];
const FEATURES_OFF = (process.env.IOP_FEATURES_OFF ?? 'WebRtcHideLocalIpsWithMdns,LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets,LocalNetworkAccessChecksWebRTC').split(',').filter(Boolean);

function bundle() {
  const out = path.join(RUN, 'agent.bundle.js'), src = path.join(ROOT, 'page/agent.js');
  fs.mkdirSync(RUN, { recursive: true });
  if (!fs.existsSync(out) || fs.statSync(out).mtimeMs < fs.statSync(src).mtimeMs)
    require('esbuild').buildSync({ entryPoints: [src], bundle: true, nodePaths: [process.env.NODE_PATH].filter(Boolean), format: 'iife', outfile: out, logLevel: 'error', define: { global: 'window' } });
  return out;
}
class Browser {
  // o: {ns, tone, headed, extraArgs, loopback}
  static async launch(o = {}) {
    const b = new Browser(); b.o = o;
    b.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'iop-chr-'));
    const tone = path.join(b.dir, 'tone.wav'); wav.writeTone(tone, o.tone || 1000, 10, 48000, 0.5);
    const args = [...FLAGS, ...(o.noToneFile ? [] : [`--use-file-for-fake-audio-capture=${tone}`]), ...(o.loopback ? ['--allow-loopback-in-peer-connection'] : []), ...(o.extraArgs || [])];
    if (FEATURES_OFF.length) args.push('--disable-features=' + FEATURES_OFF.join(','));
    let exe = process.env.IOP_CHROMIUM || '/usr/bin/chromium';
    if (o.ns) { const w = path.join(b.dir, 'chr.sh'); fs.writeFileSync(w, `#!/bin/bash\nexec ip netns exec ${o.ns} ${exe} "$@"\n`, { mode: 0o755 }); exe = w; }
    b.ctx = await chromium.launchPersistentContext(path.join(b.dir, 'profile'), { executablePath: exe, headless: true, args, ignoreHTTPSErrors: true,
      ignoreDefaultArgs: ['--disable-features=ImprovedCookieControls'], timeout: 30000, env: { ...process.env, HOME: b.dir } });
    if (o.grant) await b.ctx.grantPermissions(o.grant);
    b.version = b.ctx.browser() ? b.ctx.browser().version() : '';
    b.bundle = bundle();
    return b;
  }
  async close() { try { await this.ctx.close(); } catch (e) {} try { fs.rmSync(this.dir, { recursive: true, force: true }); } catch (e) {} }
  async agent(o = {}) { // new page with the agent loaded; o.lib decides whether sipML5 is loaded
    const page = await this.ctx.newPage();
    const a = new Agent(page, o);
    page.on('console', m => a.log.push(`[${m.type()}] ${m.text()}`));
    page.on('pageerror', e => a.log.push('[pageerror] ' + e.message));
    page.on('websocket', ws => {
      a.wsurl = ws.url();
      ws.on('framesent', f => a.frames.push({ t: Date.now(), dir: '>', d: String(f.payload) }));
      ws.on('framereceived', f => a.frames.push({ t: Date.now(), dir: '<', d: String(f.payload) }));
      ws.on('socketerror', e => a.log.push('[wserror] ' + e));
    });
    if (!o.url) await page.route('**/*', r => r.fulfill({ status: 200, contentType: 'text/html', body: '<!doctype html><html><head><title>iop</title></head><body></body></html>' }));
    await page.addInitScript({ path: path.join(ROOT, 'page/hooks.js') });
    if (o.video) await page.addInitScript(v => { window.__iopVideo = v; }, o.video);
    await page.goto(o.url || ORIGIN + '/');
    if (o.lib === 'sipml5') await page.addScriptTag({ content: fs.readFileSync(SIPML5, 'utf8') });
    a.inject = async () => { await page.addScriptTag({ path: this.bundle }); await page.waitForFunction('window.iopReady'); };
    await a.inject();
    return a;
  }
}
class Agent {
  constructor(page, o) { this.page = page; this.o = o; this.log = []; this.frames = []; }
  start(o) { return this.page.evaluate(o => window.iop.start(o), { lib: 'jssip', ...this.o, ...o }); }
  do(name, ...a) { return this.page.evaluate(([n, a]) => window.iop.do(n, ...a), [name, a]); }
  wait(types, ms, since) { return this.page.evaluate(([t, m, s]) => window.iop.wait(t, m, s), [types, ms || 10000, since || 0]); }
  now() { return this.page.evaluate(() => window.iop.now()); }
  callTimed(t, q) { return this.page.evaluate(([t, q]) => window.iop.callTimed(t, q), [t, q || {}]); }
  firstAudio(ms) { return this.page.evaluate(ms => window.iop.firstAudio(ms), ms); }
  stats() { return this.page.evaluate(() => window.iop.stats()); }
  listen(ms) { return this.page.evaluate(ms => window.iop.listen(ms), ms); }
  listenDtmf(ms) { return this.page.evaluate(ms => window.iop.listenDtmf(ms), ms); }
  events() { return this.page.evaluate(() => window.iop.ev); }
  sdp() { return this.page.evaluate(() => window.__iop.sdp); }
  trace() { return this.frames.map(f => `${f.dir === '>' ? '>>> sent' : '<<< received'} ${new Date(f.t).toISOString()}\n${f.d}`).join('\n----\n'); }
  // first sent/received SIP message whose start line matches
  msg(dir, re, n = 0) { return this.frames.filter(f => f.dir === dir && re.test(f.d)).map(f => f.d)[n]; }
  async close() { try { await this.page.close(); } catch (e) {} }
}
module.exports = { Browser, Agent, FLAGS, FEATURES_OFF };
