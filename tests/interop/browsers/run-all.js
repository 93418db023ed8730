#!/usr/bin/env node
'use strict';
// Real browsers and SIP phones against a gateway; see README.md beside this file. --help lists the options.
const fs = require('fs'), path = require('path'), cp = require('child_process'), { parseArgs } = require('util');

const OPTIONS = {
  gateway: { type: 'string', default: 'cordboard' }, filter: { type: 'string' }, skip: { type: 'string' }, set: { type: 'string', multiple: true, default: [] },
  net: { type: 'string', default: 'netns' }, results: { type: 'string' }, tap: { type: 'boolean' }, trace: { type: 'boolean' },
  list: { type: 'boolean' }, keep: { type: 'boolean' }, 'no-start': { type: 'boolean' }, help: { type: 'boolean' },
};

/** IOP_RUN holds what one run writes; IOP_NS_PREFIX names its namespaces, so that runs do not meet. */
function environment() {
  process.env.IOP_NS_PREFIX ??= `iop${process.pid}`;
  process.env.IOP_RUN ??= fs.mkdtempSync(path.join(require('os').tmpdir(), 'cordboard-iop-'));
}

function skipAll(tap, why) {
  console.log(tap ? `1..0 # SKIP ${why}` : `skipped: ${why}`);
  process.exit(tap ? 0 : 77);
}

/** Runs this program once more inside the control namespace, and takes the network down after it. */
function insideNamespaces(opt) {
  if (process.getuid() !== 0)
    skipAll(opt.tap, 'network namespaces need root');
  const up = cp.spawnSync('net/net.sh', ['up'], { stdio: ['ignore', 'ignore', 'pipe'] });
  if (up.status !== 0) {
    cp.spawnSync('net/net.sh', ['down']);
    skipAll(opt.tap, `no network namespaces here: ${String(up.stderr).trim().split('\n').pop()}`);
  }
  const run = cp.spawnSync('ip', ['netns', 'exec', `${process.env.IOP_NS_PREFIX}-ctl`, process.execPath, __filename, ...process.argv.slice(2)],
    { stdio: 'inherit', env: { ...process.env, IOP_INSIDE: '1' } });
  if (!opt.keep)
    cp.spawnSync('net/net.sh', ['down'], { stdio: 'inherit' });
  process.exit(run.status ?? 1);
}

function profile(opt) {
  const file = opt.gateway.endsWith('.json') ? opt.gateway : `gateways/${opt.gateway}.json`;
  const gateway = JSON.parse(fs.readFileSync(file));
  for (const setting of opt.set) {
    const [keys, value] = [setting.slice(0, setting.indexOf('=')).split('.'), setting.slice(setting.indexOf('=') + 1)];
    const last = keys.pop();
    keys.reduce((o, key) => o[key] ??= {}, gateway)[last] = value;
  }
  return { file, gateway };
}

function cases(opt) {
  const all = fs.readdirSync('cases').sort().flatMap(f => require('./cases/' + f));
  return all.filter(c => (!opt.filter || new RegExp(opt.filter).test(c.name)) && (!opt.skip || !new RegExp(opt.skip).test(c.name)));
}

function shell(command, opt, gateway) {
  const netns = opt.net === 'none' ? '' : `${process.env.IOP_NS_PREFIX}-${gateway.netns ?? 'gw'}`;
  return cp.spawnSync('bash', ['-c', command], { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, IOP_NETNS: netns } });
}

/** One case: its result, what it measured, and its traces when it failed. */
async function play(c, ctx, gateway, opt, results) {
  const { Skip } = require('./lib/ctx');
  const began = performance.now();
  let status = 'PASS', error = '', timer;
  const limit = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error('case time limit')), (c.limit ?? 60) * 1000); });
  try {
    await Promise.race([c.run(ctx), limit]);
  } catch (e) {
    status = e instanceof Skip ? 'SKIP' : 'FAIL';
    error = String(e.message ?? e).split('\n')[0];
  }
  clearTimeout(timer);
  if (status === 'FAIL' && gateway.expect?.[c.name])
    [status, error] = ['XFAIL', `${gateway.expect[c.name]} :: ${error}`];
  if (status === 'FAIL' && c.known)
    [status, error] = ['KNOWN', `${c.known} :: ${error}`];
  const row = { name: c.name, status, secs: +((performance.now() - began) / 1000).toFixed(1), error, ...ctx.m };
  const traces = /FAIL|KNOWN/.test(status) || opt.trace ? path.join(results, c.name.replace(/[^\w.+-]+/g, '_')) : null;
  await ctx.cleanup(traces).catch(e => console.error('cleanup:', e.message));
  return row;
}

function tell(row, number, tap) {
  const { name, status, secs, error, t, registerMs, ...measured } = row;
  const notes = Object.entries(measured).map(([k, v]) => `${k}=${typeof v === 'object' ? JSON.stringify(v) : v}`).join(' ');
  if (!tap) {
    console.log(`${status} ${name.padEnd(48)} ${String(secs).padStart(5)}s reg=${registerMs ?? '-'} setup=${t?.setupMs ?? '-'} audio=${t?.firstAudioMs ?? '-'} ${notes}${error ? '\n     ' + error.slice(0, 600) : ''}`);
    return;
  }
  const directive = { SKIP: ` # SKIP ${error}`, XFAIL: ` # TODO ${error}`, KNOWN: ` # TODO ${error}` }[status] ?? '';
  console.log(`${/FAIL|KNOWN/.test(status) ? 'not ok' : 'ok'} ${number} - ${name}${directive.replace(/#(?! SKIP| TODO)/g, '')}`);
  if (error && !directive)
    console.log(`# ${error.slice(0, 600)}`);
}

async function main() {
  const opt = parseArgs({ options: OPTIONS }).values;
  if (opt.help) {
    console.log('run-all.js ' + Object.entries(OPTIONS).map(([name, o]) => `[--${name}${o.type === 'string' ? ' VALUE' : ''}]`).join(' '));
    return;
  }
  process.chdir(__dirname);
  if (opt.list) {
    for (const c of cases(opt))
      console.log(c.name);
    return;
  }
  environment();
  opt.prefix = process.env.IOP_NS_PREFIX;
  if (opt.net !== 'none' && !process.env.IOP_INSIDE)
    insideNamespaces(opt);
  const { file, gateway } = profile(opt);
  const chosen = cases(opt), rows = [];
  const results = opt.results ?? path.join(process.env.IOP_RUN, 'results');
  const { Ctx } = require('./lib/ctx');
  const ctx = new Ctx(gateway, opt);
  if (opt.tap)
    console.log(`1..${chosen.length}`);
  if (gateway.start && !opt['no-start'] && shell(`${gateway.start} ${file}`, opt, gateway).status !== 0) {
    console.log('Bail out! the gateway did not start');
    process.exit(2);
  }
  try {
    for (const c of chosen) {
      rows.push(await play(c, ctx, gateway, opt, results));
      tell(rows.at(-1), rows.length, opt.tap);
    }
  } finally {
    await ctx.closeAll();
    if (gateway.stop && !opt['no-start'] && !opt.keep)
      shell(gateway.stop, opt, gateway);
  }
  const count = status => rows.filter(r => r.status === status).length;
  fs.mkdirSync(results, { recursive: true });
  fs.writeFileSync(path.join(results, 'results.json'), JSON.stringify({ gateway: gateway.name, rows }, null, 1));
  if (!opt.tap) {
    console.log(`\n${count('XFAIL')} expected of ${gateway.name}, ${count('KNOWN')} known client faults; traces in ${results}`);
    console.log(`${count('PASS')} passed, ${count('FAIL')} failed, ${count('SKIP') + count('XFAIL') + count('KNOWN')} skipped`);
  }
  process.exit(count('FAIL') ? 1 : 0);
}

main().catch(e => { console.error(e); process.exit(3); });
