/** Records votes on exchanges of rooms and their outcomes in the state. A vote never changes. */
import { handoversOf, type Exchange, type ExchangeOutcome, type Offer, type Vote } from '../../model/exchange.js';
import type { Instant } from '../../model/instants.js';
import { isSameValue } from '../../model/same-value.js';
import { leaveRooms } from './keyring.js';
import { withLine, type ExchangeState, type StayState } from '../state.js';

/** Number of settled votes that a stay remembers. An older exchange names a round that is over, so it gets no vote. */
const REMEMBERED_VOTES = 20;

const NO_EXCHANGES: ExchangeState = { round: 0, past: [] };

/** State after a vote, and the vote. */
export interface Voted {
  readonly state: StayState;
  readonly vote: Vote;
}

/** Returns the votes of the stay so far. */
export function exchangesOf({ leases }: StayState): ExchangeState {
  return leases.exchanges ?? NO_EXCHANGES;
}

/**
 * Votes on an exchange. The stay agrees if `offer`, its present offer, is still the one that the exchange is made of.
 * A refusal is settled at once.
 */
export function recordVote(state: StayState, exchange: Exchange, offer: Offer | undefined): Voted {
  const exchanges = exchangesOf(state);
  const known = exchanges.past.find(({ id }) => id === exchange.id);
  if (known !== undefined) return { state, vote: { kind: 'settled', outcome: known.outcome } };
  if (exchanges.promised?.id === exchange.id) return { state, vote: { kind: 'yes' } };
  const own = exchange.members.find(({ stayId }) => stayId === state.stayId);
  const agrees = exchanges.promised === undefined && offer !== undefined && isSameValue(own, offer);
  if (agrees) return { state: withExchanges(state, { ...exchanges, promised: exchange }), vote: { kind: 'yes' } };
  const refused = withExchanges(state, settled(exchanges, exchange.id, 'aborted'));
  return { state: refused, vote: { kind: 'settled', outcome: 'aborted' } };
}

/** Records the outcome of an exchange. After a commit the stay hands over its rooms, whatever it wants meanwhile. */
export function recordOutcome(state: StayState, id: string, outcome: ExchangeOutcome, now: Instant): StayState {
  const exchanges = exchangesOf(state);
  if (exchanges.past.some((known) => known.id === id)) return state;
  const { promised, ...others } = exchanges;
  if (promised?.id !== id) {
    // A stay that has not voted must not agree later to an exchange that has ended.
    return outcome === 'aborted' ? withExchanges(state, settled(exchanges, id, outcome)) : state;
  }
  const ended = settled(others, id, outcome);
  if (outcome === 'aborted') return withExchanges(state, ended);
  const left = handoversOf(promised, state.stayId).map(({ room }) => room);
  return handOver(withExchanges(state, { ...ended, left }), promised, now);
}

function handOver(state: StayState, exchange: Exchange, now: Instant): StayState {
  const { leases, keyring } = state;
  const given = handoversOf(exchange, state.stayId);
  const handovers = [...(leases.handovers ?? []), ...given];
  const next = {
    ...state,
    keyring: leaveRooms(
      keyring,
      given.map(({ room }) => room),
    ),
    leases: { ...leases, handovers },
  };
  const what = given.map(({ room, to }) => `hands over ${room} to ${to.join(', ')} in exchange`).join('; ');
  return withLine(next, { at: now, what });
}

function settled(exchanges: ExchangeState, id: string, outcome: ExchangeOutcome): ExchangeState {
  const past = [...exchanges.past, { id, outcome }].slice(-REMEMBERED_VOTES);
  return { ...exchanges, round: exchanges.round + 1, past };
}

function withExchanges(state: StayState, exchanges: ExchangeState): StayState {
  return { ...state, leases: { ...state.leases, exchanges } };
}
