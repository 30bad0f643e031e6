/** Room as Markdown for the current details in Temporal Web UI; the page shows its history. No names, no contacts. */
import { section, type Line } from '../model/markdown.js';
import type { LeaseView, RoomKeyView, RoomView, WaitingView } from './view.js';

/** Maximum length in characters: Temporal allows 20,000 bytes, and a character may need three. */
const LONGEST = 6_600;
const HISTORY_LINES = 60;

/** Returns the room as Markdown: leases, waiting claims, keys and the latest history, cut to Temporal's limit. */
export function roomDetailsOf(view: RoomView): string {
  const { certain, possible, none } = view.keys;
  const parts = [
    section('Leases', view.leases.map(leaseLine)),
    view.waiting.length > 0 ? section('Waiting', view.waiting.map(waitingLine)) : '',
    section('Who can open the door', certain.map(keyLine)),
    possible.length > 0 ? section('Who may still open it', possible.map(possibleLine)) : '',
    none.length > 0 ? section('Who no longer can', none.map(keyLine)) : '',
    section('History', view.history.slice(-HISTORY_LINES).toReversed().map(historyLine)),
  ];
  return parts
    .filter((part) => part !== '')
    .join('\n\n')
    .slice(0, LONGEST);
}

function leaseLine({ stays, window, until, state, opener, claims }: LeaseView): Line {
  const grace = until === window.to ? '' : `, until ${until} with grace`;
  const opening = opener === undefined || stays.length < 2 ? '' : `; ${opener} opens it`;
  const leaving = claims.flatMap(({ stayId, leaving: leaves }) =>
    leaves === true ? [`${stayId} leaves it for another room`] : [],
  );
  const heldUp = claims.flatMap(({ stayId, heldUpBy }) =>
    heldUpBy === undefined ? [] : [`${stayId} is held up by ${heldUpBy}`],
  );
  const text = ` ${stays.join(', ')}: ${window.from} to ${window.to}${grace}${opening}`;
  return { strong: state, text: [text, ...leaving, ...heldUp].join('; ') };
}

function waitingLine({ stayId, asked, behind, displaced }: WaitingView): string {
  const why = displaced === true ? ', displaced by the front desk' : '';
  return `${stayId}: ${asked.from} to ${asked.to}, behind ${behind.join(', ') || 'no other stay'}${why}`;
}

function keyLine({ stayId, guestId, kind, acsCredentialId, window }: RoomKeyView): string {
  return `${stayId}, guest ${guestId}: ${kind} ${acsCredentialId}, ${window.from} to ${window.to}`;
}

function possibleLine(key: RoomKeyView): string {
  const minutes = key.residualMinutes === undefined ? '' : ` (${key.residualMinutes} minutes at worst)`;
  const ends = key.endsAtFirstUseOf === undefined ? '' : `; the first use of ${key.endsAtFirstUseOf} ends it`;
  return `${keyLine(key)} — ${key.why}, until ${key.residualUntil}${minutes}${ends}`;
}

function historyLine({ at, what, why, by }: RoomView['history'][number]): string {
  return `${at} ${what}${why === undefined ? '' : ` — ${why}`}${by === undefined ? '' : ` (${by})`}`;
}
