// The page: fields to settings, buttons to the phone, the phone's events to what is shown.
import { secureAddress, whyNoCalls } from './media.js';
import { Phone } from './phone.js';
import * as settings from './settings.js';

const $ = id => document.getElementById(id);
const phone = new Phone();
const show = (id, visible) => { $(id).hidden = !visible; };

const FIELDS = {
  address: 'address', password: 'password', 'display-name': 'displayName', remember: 'remember', 'ws-url': 'wsUrl',
  'outbound-proxy': 'outboundProxy', 'ice-servers': 'iceServers', 'audio-codecs': 'audioCodecs',
  'video-codecs': 'videoCodecs', 'video-enabled': 'videoEnabled',
};

function fill(values) {
  for (const [id, key] of Object.entries(FIELDS))
    $(id)[$(id).type === 'checkbox' ? 'checked' : 'value'] = values[key];
}

function read() {
  const values = {};
  for (const [id, key] of Object.entries(FIELDS))
    values[key] = $(id).type === 'checkbox' ? $(id).checked : $(id).value.trim();
  return values;
}

function log(text, bad = false) {
  const line = document.createElement('li');
  const time = document.createElement('time');
  time.textContent = new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  line.append(time, text);
  line.classList.toggle('bad', bad);
  $('log').append(line);
  line.scrollIntoView({ block: 'nearest' });
}

/** Runs what a button asks for; a mistake is said, not thrown away. */
const on = (id, event, act) => $(id).addEventListener(event, e => {
  e.preventDefault();
  attempt(() => act(e));
});

function attempt(act) {
  try {
    act();
  } catch (error) {
    log(error.message, true);
  }
}

on('account', 'submit', () => {
  const values = read();
  settings.save(values);
  if (wantsAccount())
    phone.connect(values);
  else
    phone.disconnect();
});
$('expert').addEventListener('change', () => settings.save(read()));

on('dial', 'submit', e => {
  const target = $('target').value.trim();
  if (target)
    phone.call(target, e.submitter?.value === 'video');
});
on('message-form', 'submit', () => {
  const [target, text] = [$('target').value.trim(), $('message').value];
  if (!target)
    throw new Error('Whom is the message for? Enter it above.');
  if (text)
    phone.send(target, text);
  $('message').value = '';
});
on('answer', 'click', () => phone.answer(false));
on('answer-video', 'click', () => phone.answer(true));
on('decline', 'click', () => phone.decline());
on('hangup', 'click', () => phone.hangup());
on('hold', 'click', () => phone.toggleHold());
on('mute', 'click', () => $('mute').setAttribute('aria-pressed', phone.toggleMute()));
on('keypad-toggle', 'click', () => {
  $('keypad').hidden = !$('keypad').hidden;
  $('keypad-toggle').setAttribute('aria-expanded', !$('keypad').hidden);
});
for (const digit of '123456789*0#') {
  const key = document.createElement('button');
  key.textContent = digit;
  key.dataset.digit = digit;
  key.addEventListener('click', () => phone.digit(digit));
  $('keypad').append(key);
}

/** Whether the account is still to be entered, or to be corrected. */
const wantsAccount = () => ['offline', 'failed'].includes($('state').dataset.state);

let clock = null;
let ring = null;

phone.addEventListener('state', ({ detail: { state, text } }) => {
  if (state === 'failed' || state === 'reconnecting')
    log(text, state === 'failed');
  if (state === 'online' && $('state').dataset.state === 'reconnecting')
    log('Connected again.');
  $('state').dataset.state = state;
  $('state-text').textContent = text;
  $('connect').textContent = wantsAccount() ? 'Connect' : 'Disconnect';
  show('account-fields', wantsAccount());
  show('dialer', state === 'online' && !phone.busy);
});

phone.addEventListener('incoming', ({ detail: { from, video } }) => {
  $('caller').textContent = from;
  $('incoming-kind').textContent = video ? ' with video' : '';
  show('answer-video', video);
  show('incoming', true);
  show('dialer', false);
  startRinging();
});

phone.addEventListener('call', ({ detail: { peer, state, since } }) => {
  stopRinging();
  show('incoming', false);
  show('call', true);
  show('dialer', false);
  $('peer').textContent = peer;
  $('call-state').textContent = state;
  $('hold').disabled = $('mute').disabled = $('keypad-toggle').disabled = !since;
  if (since) {
    clearInterval(clock);
    clock = setInterval(() => { $('duration').textContent = minutes(Date.now() - since); }, 500);
    log(`In a call with ${peer}.`);
    play();
  }
});

const minutes = ms => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;

phone.addEventListener('streams', play);
function play() {
  const streams = phone.streams();
  if (!streams)
    return;
  $('remote-audio').srcObject = streams.remote;
  show('pictures', streams.picture);
  if (streams.picture) {
    $('remote-video').srcObject = streams.remote;
    $('local-video').srcObject = streams.local;
  }
}

phone.addEventListener('held', ({ detail: { local, remote } }) => {
  $('hold').setAttribute('aria-pressed', local);
  $('hold').textContent = local ? 'Resume' : 'Hold';
  $('call-state').textContent = local ? 'On hold' : remote ? 'Held by the other side' : 'Talking';
});

phone.addEventListener('ended', ({ detail: { text, failed, peer } }) => {
  stopRinging();
  clearInterval(clock);
  for (const id of ['remote-audio', 'remote-video', 'local-video'])
    $(id).srcObject = null;
  for (const id of ['incoming', 'call', 'pictures', 'keypad'])
    show(id, false);
  show('dialer', $('state').dataset.state === 'online');
  for (const id of ['hold', 'mute'])
    $(id).setAttribute('aria-pressed', false);
  $('hold').textContent = 'Hold';
  $('duration').textContent = $('digits').textContent = '';
  log(`${peer}: ${text}`, failed);
});

phone.addEventListener('digit', ({ detail: { digit } }) => { $('digits').textContent += digit; });
phone.addEventListener('message', ({ detail: { from, text } }) => log(`${from}: ${text}`));
phone.addEventListener('note', ({ detail: { text, failed } }) => log(text, failed));

/** Two short beeps every two seconds, made here so that there is no sound file to load. */
function startRinging() {
  const audio = new AudioContext();
  const gain = new GainNode(audio, { gain: 0 });
  const tone = new OscillatorNode(audio, { frequency: 440 });
  tone.connect(gain).connect(audio.destination);
  tone.start();
  const beep = () => {
    for (const at of [0, 0.35])
      gain.gain.setValueAtTime(0.15, audio.currentTime + at).setValueAtTime(0, audio.currentTime + at + 0.2);
  };
  beep();
  ring = { audio, timer: setInterval(beep, 2000) };
}

function stopRinging() {
  clearInterval(ring?.timer);
  ring?.audio.close();
  ring = null;
}

function warnOfNoCalls() {
  const obstacle = whyNoCalls();
  $('obstacle-text').textContent = obstacle;
  $('secure-link').href = $('secure-link').textContent = secureAddress();
  show('obstacle', Boolean(obstacle));
  show('secure', !window.isSecureContext);
  $('call-audio').disabled = $('call-video').disabled = Boolean(obstacle);
}

warnOfNoCalls();
const kept = settings.load();
fill(kept);
if (kept.address && kept.password)
  attempt(() => phone.connect(kept));
