/** Markdown view of the stay, for the current details in Temporal Web UI. Holds no names and no contacts. */
import { lineOf, section } from '../model/markdown.js';
import type { LeaseView, StayView } from '../model/stay-view.js';

/** Maximum length in characters. Temporal allows 20,000 bytes, and a party of 200 would exceed that. */
const LONGEST = 15_000;

/** Returns the view as Markdown, cut at 15,000 characters. Instants are shown as they are in the view. */
export function detailsOf(view: StayView): string {
  const held = view.keys.filter((key) => key.state !== 'dead');
  const lingering = view.keys.filter((key) => key.state === 'dead' && key.residualUntil !== undefined);
  const parts = [
    lineOf({
      strong: view.phase,
      text: ` · rooms ${view.rooms.join(', ') || 'not assigned'}${windowText(view)}`,
    }),
    view.attention.length > 0
      ? section(
          'Attention',
          view.attention.map((a) => ({ strong: a.code, text: ` since ${a.since}: ${a.message}` })),
        )
      : '',
    (view.acts ?? []).length > 0
      ? section(
          'Acts in force',
          (view.acts ?? []).map((a) => ({ strong: a.act, text: `${ofGuest(a.guestId)}: ${a.reason}` })),
        )
      : '',
    section(
      'Guests',
      view.guests.map(
        (g) => `${g.guestId}: ${g.keyState}${g.waitingFor === undefined ? '' : `, waits for ${g.waitingFor}`}`,
      ),
    ),
    section(
      'Rooms',
      (view.leases ?? []).map((lease) => `${lease.room}: ${lease.state}${leaseText(lease)}`),
    ),
    section(
      'Keys',
      held.map((k) => `${k.guestId}: ${k.kind} on ${k.rooms.join(', ')} until ${k.window.to} (${k.state}) — ${k.why}`),
    ),
    lingering.length > 0
      ? section(
          'May still open a door from an offline phone',
          lingering.map((k) => `${k.guestId}: ${k.rooms.join(', ')} until ${k.residualUntil}`),
        )
      : '',
    view.plan.length > 0
      ? section(
          'Next',
          view.plan.map((p) => `${p.do} for ${p.guestId} on ${p.rooms.join(', ')}: ${p.why}`),
        )
      : '',
    view.nextDeadline === undefined ? '' : `Next deadline: ${view.nextDeadline}`,
  ];
  return parts
    .filter((part) => part !== '')
    .join('\n\n')
    .slice(0, LONGEST);
}

function ofGuest(guestId: string | undefined): string {
  return guestId === undefined ? '' : ` of guest ${guestId}`;
}

function windowText(view: StayView): string {
  return view.window === undefined ? '' : ` · ${view.window.from} to ${view.window.to}`;
}

function leaseText({ from, until, behind, window }: LeaseView): string {
  const start = from === undefined ? '' : ` after ${from}`;
  const end = ` until ${until ?? window.to}`;
  return behind === undefined ? `${start}${end}` : `${start}${end}, behind ${behind.join(', ')}`;
}
