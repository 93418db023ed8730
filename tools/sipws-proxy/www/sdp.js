// The user's choice of codecs, applied to an offer or answer of the browser's.

const names = wish => wish.toLowerCase().split(/[\s,]+/).filter(Boolean);
/** Codecs that carry no speech or picture of their own stay whatever is chosen. */
const HELPERS = /^(telephone-event|rtx|red|ulpfec|flexfec-03|cn)$/i;

/** Keeps in each m= section the codecs wished for, best first; a section whose wish matches nothing stays whole. */
export function preferCodecs(sdp, wishes) {
  const [session, ...sections] = sdp.split(/(?=^m=)/m);
  return session + sections.map(section => preferInSection(section, wishes)).join('');
}

function preferInSection(section, wishes) {
  const [, kind, head, list] = /^m=(\w+)( \d+ \S+ )([^\r\n]*)/.exec(section) ?? [];
  const wish = names(wishes[kind] ?? '');
  if (wish.length === 0)
    return section;
  const all = list.split(' ');
  const named = new Map(Array.from(section.matchAll(/^a=rtpmap:(\d+) ([^/\s]+)/gm), m => [m[1], m[2].toLowerCase()]));
  const nameOf = pt => named.get(pt) ?? { 0: 'pcmu', 8: 'pcma', 9: 'g722', 13: 'cn' }[pt] ?? '';
  const chosen = wish.flatMap(name => all.filter(pt => nameOf(pt) === name));
  if (chosen.length === 0)
    return section;
  const repairs = pt => { // rtx of a codec that goes, goes with it
    const apt = new RegExp(`^a=fmtp:${pt} apt=(\\d+)`, 'm').exec(section);
    return !apt || chosen.includes(apt[1]);
  };
  const kept = [...chosen, ...all.filter(pt => HELPERS.test(nameOf(pt)) && repairs(pt) && !chosen.includes(pt))];
  return section
    .replace(`m=${kind}${head}${list}`, `m=${kind}${head}${kept.join(' ')}`)
    .replace(/^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) [^\r\n]*\r?\n/gm, (line, pt) => kept.includes(pt) ? line : '');
}
