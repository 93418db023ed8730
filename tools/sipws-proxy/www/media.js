// Whether this page may use microphone and camera at all.

/** Why it may not, in a sentence; empty when it may. */
export function whyNoCalls() {
  if (!window.isSecureContext)
    return 'This page cannot make or take calls: browsers give microphone and camera only to pages loaded by https.';
  if (!navigator.mediaDevices?.getUserMedia || !window.RTCPeerConnection)
    return 'This browser cannot make or take calls: it has no WebRTC.';
  return '';
}

/** Where this page is by https, unless the server was told another port than its usual one. */
export const secureAddress = () => `https://${location.hostname}:8443/`;
