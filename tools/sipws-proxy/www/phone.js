// The SIP side of the phone: one account, one call at a time, told to the page as events.
import * as JsSIP from 'jssip';

import { whyNoCalls } from './media.js';
import { explain, refusal } from './reasons.js';
import { preferCodecs } from './sdp.js';
import { iceServers, webSocketUrl } from './settings.js';

/**
 * Events: state {state, text}, incoming {from, video}, call {peer, state, video}, streams, ended {text, failed},
 * held {local, remote}, digit {digit}, message {from, text}, note {text, failed}.
 */
export class Phone extends EventTarget {
  #ua = null;
  #session = null;
  #settings;
  #wasConnected = false;
  #stateText = '';

  /** Whether a call rings, is made or stands. */
  get busy() { return this.#session !== null; }

  tell(type, detail = {}) { this.dispatchEvent(new CustomEvent(type, { detail })); }

  connect(settings) {
    this.disconnect();
    this.#settings = settings;
    iceServers(settings); // a mistake in them is told now, not in the middle of a call
    this.#ua = this.#agent(settings);
    this.#wasConnected = false;
    this.#listen(this.#ua);
    this.#state('connecting', 'Connecting…');
    this.#ua.start();
  }

  #agent(settings) {
    const socket = new JsSIP.WebSocketInterface(webSocketUrl(settings));
    const uri = `sip:${settings.address.replace(/^sips?:/, '')}`;
    try {
      return new JsSIP.UA({
        sockets: [socket],
        uri, password: settings.password, display_name: settings.displayName || undefined,
        register_expires: 300, connection_recovery_min_interval: 1, connection_recovery_max_interval: 20,
        user_agent: 'cordboard phone', ...(settings.outboundProxy ? { extra_headers: [`Route: ${this.#route()}`] } : {}),
      });
    } catch (error) {
      throw new Error(refusal(error));
    }
  }

  disconnect() {
    const ua = this.#ua;
    this.#ua = null; // before it stops, which looks like a lost connection
    ua?.stop();
    this.#state('offline', 'Not connected');
  }

  /** JsSIP tells of each attempt to connect again; what is known already is not told. */
  #state(state, text) {
    if (text === this.#stateText)
      return;
    this.#stateText = text;
    this.tell('state', { state, text });
  }

  #route() { return `<${this.#settings.outboundProxy.replace(/^(?!sips?:)/, 'sip:')};lr>`; }

  #listen(ua) {
    ua.on('disconnected', () => {
      if (ua !== this.#ua)
        return;
      if (this.#wasConnected)
        this.#state('reconnecting', 'Connection lost, reconnecting…');
      else
        this.#state('failed', `No connection to ${this.#settings.wsUrl}`);
    });
    ua.on('registered', () => {
      this.#state('online', ua.configuration.uri.toAor().replace('sip:', ''));
      if (this.#wasConnected)
        this.#resume();
      this.#wasConnected = true;
    });
    ua.on('registrationFailed', e => {
      if (e.cause !== JsSIP.C.causes.CONNECTION_ERROR) // of which 'disconnected' tells
        this.#state('failed', explain(e));
    });
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

  /** One call at a time: another one would take the place of the first, which nobody could end any more. */
  call(target, video) {
    if (this.busy)
      throw new Error('There is a call already. Answer or end it first.');
    const obstacle = whyNoCalls();
    if (obstacle)
      throw new Error(obstacle);
    this.#checkTarget(target);
    const session = this.#ua.call(target, { ...this.#media(video), rtcOfferConstraints: {} });
    this.#follow(session, target, video);
    this.tell('call', { peer: target, state: 'Calling…', video });
  }

  #checkTarget(target) {
    if (!this.#ua.normalizeTarget(target))
      throw new Error(`“${target}” is no address. A name, a number or name@domain is.`);
  }

  #ring(session) {
    if (this.busy) {
      session.terminate({ status_code: 486 });
      return;
    }
    const video = /^m=video [1-9]/m.test(session._request?.body ?? '') && this.#settings.videoEnabled;
    const from = session.remote_identity.display_name || session.remote_identity.uri.user;
    const obstacle = whyNoCalls();
    if (obstacle) {
      session.terminate({ status_code: 480 });
      this.tell('note', { text: `${from} called. ${obstacle}`, failed: true });
      return;
    }
    this.#follow(session, from, video);
    this.tell('incoming', { from, video });
  }

  answer(video) {
    const session = this.#session;
    try {
      session.answer(this.#media(video));
    } catch (error) {
      session.terminate({ status_code: 480 }); // who calls is not to wait for what cannot come
      throw error;
    }
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
    session.on('failed', e => {
      if (session.direction === 'incoming' && e.cause === JsSIP.C.causes.INTERNAL_ERROR)
        session._request.reply(480); // JsSIP gave up on an answer and leaves the caller ringing
      over(e.originator === 'local' && e.cause === 'Canceled' ? 'Cancelled.' : explain(e), e.cause !== 'Canceled');
    });
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
    this.#checkTarget(target);
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
