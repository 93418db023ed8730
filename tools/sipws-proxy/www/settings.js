// What the phone keeps on this device. The password only when asked to.

const KEY = 'cordboard.phone';

const defaults = () => ({
  address: '', password: '', displayName: '', remember: false,
  wsUrl: `${location.protocol === 'http:' ? 'ws' : 'wss'}://${location.host}/`,
  outboundProxy: '', iceServers: '[]', audioCodecs: '', videoCodecs: '', videoEnabled: true,
});

export function load() {
  try {
    return { ...defaults(), ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
  } catch {
    return defaults();
  }
}

export function save(settings) {
  const kept = { ...settings };
  if (!kept.remember)
    delete kept.password;
  // An address of this very server is not kept, so that the page still works after the server has moved.
  if (kept.wsUrl === defaults().wsUrl)
    delete kept.wsUrl;
  localStorage.setItem(KEY, JSON.stringify(kept));
}

/** The ICE servers as RTCPeerConnection takes them; throws a sentence for the user. */
export function iceServers(settings) {
  let list;
  try {
    list = JSON.parse(settings.iceServers || '[]');
  } catch {
    throw new Error('The ICE servers are not valid JSON.');
  }
  if (!Array.isArray(list))
    throw new Error('The ICE servers must be a JSON list.');
  for (const server of list)
    tryIceServer(server);
  return list;
}

/** The browser is the one to know what it takes; the words of its own begin with the name of its class. */
function tryIceServer(server) {
  try {
    new RTCPeerConnection({ iceServers: [server] }).close();
  } catch ({ message }) {
    const which = JSON.stringify(server?.urls ?? server);
    throw new Error(`The browser cannot use the ICE server ${which}: ${message.replace(/^Failed to .*?: /, '')}`);
  }
}

/** The WebSocket URL, once it is one that this page may use; throws a sentence for the user. */
export function webSocketUrl({ wsUrl }) {
  let scheme;
  try {
    scheme = new URL(wsUrl).protocol;
  } catch {
    scheme = '';
  }
  if (!['ws:', 'wss:'].includes(scheme))
    throw new Error(`“${wsUrl}” is no WebSocket URL. One looks like ${defaults().wsUrl}`);
  if (scheme === 'ws:' && location.protocol === 'https:')
    throw new Error('A page loaded by https can connect to wss:// URLs alone.');
  return wsUrl;
}
