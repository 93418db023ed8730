'use strict';
// sipp 3.6.1 as a phone: registers, then runs a UAS (auto answer) or UAC scenario with rtp_stream.
const fs = require('fs'), path = require('path'), os = require('os');
const { spawnNs, until, endProc, Events, sleep } = require('./util');
const ROOT = path.join(__dirname, '..');
function alawTone(file, hz, secs) { // headerless A-law; whole periods so that it loops cleanly
  const n = 8000 * secs, b = Buffer.alloc(n);
  for (let i = 0; i < n; i++) { let s = Math.round(8031 * 2 * Math.sin(2 * Math.PI * hz * i / 8000)), sign = s >= 0 ? 0x80 : 0; s = Math.abs(s); if (s > 32635) s = 32635;
    let e = 7; for (let m = 0x4000; !(s & m) && e > 0; m >>= 1) e--; const mant = e ? (s >> (e + 3)) & 15 : (s >> 4) & 15; b[i] = (sign | (e << 4) | mant) ^ 0x55; }
  fs.writeFileSync(file, b); return file;
}
class Sipp extends Events {
  constructor(o) { super(); this.o = { port: 5060, tone: 440, transport: 'udp', talk: 4000 }; for (const k in o) if (o[k] !== undefined) this.o[k] = o[k]; this.out = ''; }
  async start() { this.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'iop-sp-')); this.toneFile = alawTone(path.join(this.dir, 'tone.alaw'), this.o.tone, 2);
    const auth = `[authentication username=${this.o.user} password=${this.o.password}]`; this.csv = path.join(this.dir, 'u.csv'); fs.writeFileSync(this.csv, `SEQUENTIAL\n${this.o.user};${this.o.domain};${auth}\n`);
    for (const f of ['register', 'uas', 'uas-early', 'uac', 'message']) fs.writeFileSync(path.join(this.dir, f + '.xml'), fs.readFileSync(path.join(ROOT, 'phones/sipp', f + '.xml'), 'utf8').replace(/@TONE@/g, this.toneFile).replace(/@TALK@/g, this.o.talk)); return this; }
  run(scen, extra = []) { const o = this.o;
    const p = spawnNs(o.ns, 'sipp', ['-sf', path.join(this.dir, scen + '.xml'), '-inf', this.csv, '-i', o.ip, '-mi', o.ip, '-p', String(o.port), '-m', '1', '-t', o.transport === 'tcp' ? 't1' : 'u1', '-nostdin', '-timeout', '60s', '-timeout_error', '-trace_err', '-error_file', path.join(this.dir, scen + '.err'), ...extra, o.sip], { cwd: this.dir, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TERM: 'dumb' } });
    p.stdout.on('data', d => { this.out += d; }); p.stderr.on('data', d => { this.out += d; }); return p; }
  err(s) { try { return fs.readFileSync(path.join(this.dir, s + '.err'), 'utf8').slice(0, 300); } catch (e) { return ''; } }
  async registered() { const p = this.run('register'); await until(() => p.exitCode !== null, 8000); return { ok: p.exitCode === 0, code: p.exitCode === 0 ? 200 : 401, text: this.err('register') }; }
  uas(early) { this.p = this.run(early ? 'uas-early' : 'uas'); return sleep(300); }
  uac(user, talk) { this.p = this.run('uac', ['-s', user]); return this.p; }
  done(ms = 8000) { return until(() => this.p.exitCode !== null, ms); }
  heard() { return { hz: 0, none: true }; } recSecs() { return 0; }
  async close() { await endProc(this.p); fs.rmSync(this.dir, { recursive: true, force: true }); }
}
module.exports = { Sipp };
