// The SIP side of the phone: one account, one call at a time, told to the page as events.
import * as JsSIP from 'jssip';

import { explain } from './reasons.js';
import { preferCodecs } from './sdp.js';
import { iceServers } from './settings.js';

/**
 * Events: state {state, text}, incoming {from, video}, call {peer, state, video}, streams, ended {text, failed},
 * held {local, remote}, digit {digit}, message {from, text}, note {text, failed}.
 */
export class Phone extends EventTarget {
  #ua = null;
  #session = null;
  #settings;
  #wasConnected = false;

  tell(type, detail = {}) { this.dispatchEvent(new CustomEvent(type, { detail })); }

  connect(settings) {
    this.disconnect();
    this.#settings = settings;
    iceServers(settings); // a mistake in them is told now, not in the middle of a call
    const uri = `sip:${settings.address.replace(/^sips?:/, '')}`;
    this.#ua = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(settings.wsUrl)],
      uri, password: settings.password, display_name: settings.displayName || undefined,
      register_expires: 300, connection_recovery_min_interval: 1, connection_recovery_max_interval: 20,
      user_agent: 'cordboard phone', ...(settings.outboundProxy ? { extra_headers: [`Route: ${this.#route()}`] } : {}),
    });
    this.#wasConnected = false;
    this.#listen(this.#ua);
    this.tell('state', { state: 'connecting', text: 'Connecting…' });
    this.#ua.start();
  }

  disconnect() {
    this.#ua?.stop();
    this.#ua = null;
    this.tell('state', { state: 'offline', text: 'Not connected' });
  }

  #route() { return `<${this.#settings.outboundProxy.replace(/^(?!sips?:)/, 'sip:')};lr>`; }

  #listen(ua) {
    ua.on('disconnected', e => {
      if (ua !== this.#ua)
        return;
      const text = this.#wasConnected ? 'Connection lost, reconnecting…' : `No connection to ${this.#settings.wsUrl}`;
      this.tell('state', { state: e.error ? 'failed' : 'connecting', text });
    });
    ua.on('registered', () => {
      this.tell('state', { state: 'online', text: ua.configuration.uri.toAor().replace('sip:', '') });
      if (this.#wasConnected)
        this.#resume();
      this.#wasConnected = true;
    });
    ua.on('registrationFailed', e => this.tell('state', { state: 'failed', text: explain(e) }));
    ua.on('newRTCSession', ({ originator, session }) => {
      if (originator === 'remote')
        this.#ring(session);
    });
    ua.on('newMessage', ({ originator, request }) => {
      if (originator === 'remote')
        this.tell('message', { from: request.from.uri.user, text: request.body });
    });
  }

  /** The connection died and came back in a call: the path of the media may have changed with it. */
  #resume() {
    if (this.#session?.isEstablished())
      this.#session.renegotiate({ rtcOfferConstraints: { iceRestart: true } });
  }

  #media(video) {
    return {
      mediaConstraints: { audio: true, video: video && this.#settings.videoEnabled },
      pcConfig: { iceServers: iceServers(this.#settings) },
      ...(this.#settings.outboundProxy ? { extraHeaders: [`Route: ${this.#route()}`] } : {}),
    };
  }

  call(target, video) {
    const session = this.#ua.call(target, { ...this.#media(video), rtcOfferConstraints: {} });
    this.#follow(session, target, video);
    this.tell('call', { peer: target, state: 'Calling…', video });
  }

  #ring(session) {
    if (this.#session) {
      session.terminate({ status_code: 486 });
      return;
    }
    const video = /^m=video [1-9]/m.test(session._request?.body ?? '') && this.#settings.videoEnabled;
    const from = session.remote_identity.display_name || session.remote_identity.uri.user;
    this.#follow(session, from, video);
    this.tell('incoming', { from, video });
  }

  answer(video) {
    const session = this.#session;
    session.answer(this.#media(video));
    this.tell('call', { peer: session.data.peer, state: 'Connecting…', video });
  }

  #follow(session, peer, video) {
    this.#session = session;
    session.data.peer = peer;
    const over = (text, failed) => {
      if (this.#session !== session)
        return;
      this.#session = null;
      this.tell('ended', { text, failed, peer });
    };
    session.on('sdp', e => {
      if (e.originator === 'local')
        e.sdp = preferCodecs(e.sdp, { audio: this.#settings.audioCodecs, video: this.#settings.videoCodecs });
    });
    session.on('progress', e => {
      if (e.originator === 'remote')
        this.tell('call', { peer, state: e.response?.status_code === 183 ? 'In progress…' : 'Ringing…', video });
    });
    session.on('confirmed', () => this.tell('call', { peer, state: 'Talking', video, since: Date.now() }));
    session.on('hold', () => this.tell('held', session.isOnHold()));
    session.on('unhold', () => this.tell('held', session.isOnHold()));
    session.on('ended', e => over(e.originator === 'local' ? 'You ended the call.' : this.#farewell(e), false));
    session.on('failed', e => over(e.originator === 'local' && e.cause === 'Canceled' ? 'Cancelled.' : explain(e),
                                   e.cause !== 'Canceled'));
    const streams = pc => pc.addEventListener('track', () => this.tell('streams'));
    session.on('peerconnection', e => streams(e.peerconnection));
    if (session.connection)
      streams(session.connection);
  }

  #farewell(e) {
    const reason = e.message?.getHeader?.('Reason');
    return reason ? `The call was ended: ${explain(e)}` : 'The other side ended the call.';
  }

  hangup() { this.#session?.terminate(); }
  decline() { this.#session?.terminate({ status_code: 486 }); }

  toggleHold() {
    const held = this.#session.isOnHold().local;
    return held ? this.#session.unhold() : this.#session.hold();
  }

  toggleMute() {
    const muted = this.#session.isMuted().audio;
    muted ? this.#session.unmute({ audio: true, video: true }) : this.#session.mute({ audio: true, video: true });
    return !muted;
  }

  digit(digit) {
    this.#session?.sendDTMF(digit, { transportType: 'RFC2833', duration: 160, interToneGap: 80 });
    this.tell('digit', { digit });
  }

  send(target, text) {
    this.#ua.sendMessage(target, text, {
      eventHandlers: {
        failed: e => this.tell('note', { text: `Message to ${target} not delivered: ${explain(e)}`, failed: true }),
        succeeded: () => this.tell('note', { text: `To ${target}: ${text}` }),
      },
    });
  }

  /** Streams as they are now, for the page's media elements. */
  streams() {
    const pc = this.#session?.connection;
    const collect = tracks => tracks.length ? new MediaStream(tracks) : null;
    return pc && {
      remote: collect(pc.getReceivers().map(r => r.track).filter(Boolean)),
      local: collect(pc.getSenders().map(s => s.track).filter(Boolean)),
      picture: pc.getTransceivers().some(t => t.receiver.track?.kind === 'video' && /recv/.test(t.currentDirection ?? t.direction)),
    };
  }
}
