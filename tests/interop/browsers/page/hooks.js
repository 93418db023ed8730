// Init script: runs before any client library. Collects every RTCPeerConnection, forces raw audio
// capture (AEC/NS/AGC would destroy test tones) and records timing marks.
(() => {
  const H = (window.__iop = { pcs: [], gum: [], sdp: [], sockets: [], t0: performance.now() });
  window.WebSocket = class extends WebSocket { constructor(...a) { super(...a); H.sockets.push(this); } };
  const Native = window.RTCPeerConnection;
  function wrap(N) {
    const P = function (cfg, ...r) {
      const pc = new N(cfg, ...r);
      const rec = { pc, cfg: JSON.parse(JSON.stringify(cfg || {})), remote: [], cand: [], log: [] };
      H.pcs.push(rec);
      pc.addEventListener('track', e => { rec.remote.push(e.track); attach(e.track); });
      pc.addEventListener('icecandidate', e => rec.cand.push(e.candidate ? e.candidate.candidate : null));
      for (const ev of ['iceconnectionstatechange', 'connectionstatechange', 'signalingstatechange', 'icegatheringstatechange'])
        pc.addEventListener(ev, () => rec.log.push([Math.round(performance.now()), ev, pc.iceConnectionState, pc.connectionState, pc.signalingState, pc.iceGatheringState]));
      for (const m of ['setLocalDescription', 'setRemoteDescription']) {
        const f = pc[m].bind(pc);
        pc[m] = function (d, ...a) {
          if (window.__iopRewrite && d) d = window.__iopRewrite(m, d) || d; // experiments: pretend that the gateway answered differently
          const e = { t: Math.round(performance.now()), m, type: d && d.type, sdp: d && d.sdp };
          H.sdp.push(e);
          const r = f(d, ...a);
          if (r && r.catch) r.catch(x => { e.error = String(x); });
          return r;
        };
      }
      return pc;
    };
    P.prototype = N.prototype;
    P.generateCertificate = N.generateCertificate && N.generateCertificate.bind(N);
    return P;
  }
  window.RTCPeerConnection = wrap(Native);
  try { Object.defineProperty(window, 'webkitRTCPeerConnection', { value: window.RTCPeerConnection, writable: true, configurable: true }); } catch (e) {}

  const md = navigator.mediaDevices;
  if (md) {
    const gum = md.getUserMedia.bind(md);
    const fix = c => {
      c = JSON.parse(JSON.stringify(c || {}));
      if (c.audio) c.audio = Object.assign(typeof c.audio === 'object' ? c.audio : {}, { echoCancellation: false, noiseSuppression: false, autoGainControl: false });
      if (c.video) c.video = Object.assign(typeof c.video === 'object' && !c.video.mandatory ? c.video : {}, window.__iopVideo || { width: 320, height: 240, frameRate: 15 });
      return c;
    };
    md.getUserMedia = async c => {
      const want = fix(c); H.gum.push({ asked: c, used: want });
      return gum(want);
    };
    for (const n of ['webkitGetUserMedia', 'getUserMedia'])
      navigator[n] = (c, ok, ko) => md.getUserMedia(c).then(ok, ko);
  }

  let ctx = null;
  H.audio = new Map();
  function attach(track) {
    const el = document.createElement(track.kind === 'video' ? 'video' : 'audio');
    el.autoplay = true; el.playsInline = true; el.dataset.track = track.id;
    if (track.kind === 'video') el.muted = true;
    el.srcObject = new MediaStream([track]);
    const add = () => document.body ? document.body.appendChild(el) : setTimeout(add, 10);
    add(); el.play && el.play().catch(() => {});
    if (track.kind === 'audio') {
      ctx = ctx || new AudioContext({ sampleRate: 48000 });
      ctx.resume();
      const src = ctx.createMediaStreamSource(new MediaStream([track]));
      const an = ctx.createAnalyser(); an.fftSize = 8192; an.smoothingTimeConstant = 0;
      src.connect(an);
      H.audio.set(track.id, { track, an, src });
    }
  }
  H.spectrum = () => {
    // last attached live audio track
    const l = [...H.audio.values()].filter(a => a.track.readyState === 'live');
    const a = l[l.length - 1];
    if (!a) return null;
    const n = a.an.frequencyBinCount, f = new Float32Array(n), t = new Float32Array(a.an.fftSize);
    a.an.getFloatFrequencyData(f); a.an.getFloatTimeDomainData(t);
    let e = 0; for (const x of t) e += x * x;
    const hz = ctx.sampleRate / a.an.fftSize, peaks = [];
    for (let i = 8; i < n - 2; i++)
      if (f[i] > f[i - 1] && f[i] >= f[i + 1] && f[i] > -75) {
        const d = 0.5 * (f[i - 1] - f[i + 1]) / (f[i - 1] - 2 * f[i] + f[i + 1]);
        peaks.push([+((i + d) * hz).toFixed(1), +f[i].toFixed(1)]);
      }
    peaks.sort((x, y) => y[1] - x[1]);
    return { rms: +Math.sqrt(e / t.length).toFixed(5), peaks: peaks.slice(0, 6), ctx: ctx.state };
  };
  H.cur = () => { const l = H.pcs.filter(r => r.pc.signalingState !== 'closed'); return l[l.length - 1] || null; };
  H.stats = async () => {
    const r = H.cur(); if (!r) return null;
    const s = await r.pc.getStats(), o = { ice: r.pc.iceConnectionState, conn: r.pc.connectionState, sig: r.pc.signalingState };
    const by = {}; s.forEach(x => { by[x.id] = x; });
    s.forEach(x => {
      const codec = x.codecId && by[x.codecId] ? by[x.codecId].mimeType : undefined;
      if (x.type === 'inbound-rtp') {
        const k = 'in_' + x.kind, p = o[k];
        if (p && p.packets >= x.packetsReceived) return;
        o[k] = { packets: x.packetsReceived, bytes: x.bytesReceived, lost: x.packetsLost, jitter: x.jitter, codec,
          level: x.audioLevel, energy: x.totalAudioEnergy, samples: x.totalSamplesReceived, concealed: x.concealedSamples,
          frames: x.framesDecoded, keyFrames: x.keyFramesDecoded, w: x.frameWidth, h: x.frameHeight, dropped: x.framesDropped,
          decoder: x.decoderImplementation, nack: x.nackCount, pli: x.pliCount, emitted: x.jitterBufferEmittedCount };
      } else if (x.type === 'outbound-rtp') {
        o['out_' + x.kind] = { packets: x.packetsSent, bytes: x.bytesSent, codec, frames: x.framesEncoded, w: x.frameWidth,
          encoder: x.encoderImplementation, nack: x.nackCount, pli: x.pliCount, fir: x.firCount };
      } else if (x.type === 'remote-inbound-rtp') {
        o['rr_' + x.kind] = { lost: x.packetsLost, rtt: x.roundTripTime };
      } else if (x.type === 'candidate-pair' && x.nominated && x.state === 'succeeded') {
        const l = by[x.localCandidateId], m = by[x.remoteCandidateId];
        o.pair = { local: l && `${l.candidateType} ${l.protocol} ${l.address}:${l.port}`, remote: m && `${m.candidateType} ${m.protocol} ${m.address}:${m.port}` };
      } else if (x.type === 'transport') {
        o.dtls = { state: x.dtlsState, role: x.dtlsRole, cipher: x.dtlsCipher, srtp: x.srtpCipher, tls: x.tlsVersion };
      }
    });
    return o;
  };
})();
