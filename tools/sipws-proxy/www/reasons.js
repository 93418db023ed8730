// Why a call or a registration failed, in words.

const SENTENCES = {
  401: 'The password is wrong.',
  403: 'The server does not allow this.',
  404: 'There is no such user.',
  407: 'The password is wrong.',
  408: 'Nobody answered.',
  415: 'The other side does not understand this kind of message.',
  480: 'This user is not online.',
  481: 'The call has already ended.',
  486: 'The line is busy.',
  487: 'Cancelled.',
  488: 'The other side cannot take this kind of sound or picture.',
  500: 'The server had an error.',
  502: 'The other server is broken.',
  503: 'The server cannot take calls now.',
  504: 'The other server does not answer.',
  600: 'The line is busy.',
  603: 'The call was declined.',
};

const CAUSES = {
  'Connection Error': 'The connection to the server was lost.',
  'Request Timeout': 'The server does not answer.',
  'User Denied Media Access': 'The browser gives no access to the microphone or camera.',
  'WebRTC Error': 'The browser could not set up sound and picture.',
  'Bad Media Description': 'The browser could not use what the other side offered.',
  'RTP Timeout': 'No sound or picture arrived any more.',
  'No Answer': 'Nobody answered.',
  'Canceled': 'Cancelled.',
  'Rejected': 'The call was declined.',
  'Authentication Error': 'The password is wrong.',
  'Internal Error': 'The browser could not set up the call.',
};

/** One sentence from what JsSIP throws when it does not take a setting. */
export const refusal = ({ parameter, message }) => parameter === 'uri'
  ? 'This is no address. One is a user and a domain, as in alice@example.org.' : message;

/** One sentence from a JsSIP failure: its code, its cause, and what the server says in Warning or Reason. */
export function explain({ cause, message, response }) {
  const answer = response ?? (message?.status_code ? message : null);
  const code = answer?.status_code;
  const sentence = SENTENCES[code] ?? CAUSES[cause] ?? (code ? answer.reason_phrase : cause) ?? 'It failed.';
  return [sentence, said(answer ?? message), code ? `(${code} ${answer.reason_phrase})` : ''].filter(Boolean).join(' ');
}

function said(message) {
  const header = message?.getHeader?.('Warning') ?? message?.getHeader?.('Reason') ?? '';
  return /"((?:[^"\\]|\\.)*)"/.exec(header)?.[1].replace(/\\(.)/g, '$1') ?? '';
}
