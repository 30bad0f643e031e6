/**
 * Activity that finds a closed ring of stays which wait for each other's rooms, and lets them exchange these. It follows
 * the waits from stay to stay, then collects a vote of each. Several activities may do so for one ring at the same time.
 */
import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { asking, updating } from '../src/temporal/asking.js';
import { ERROR_TYPES } from '../src/domain/model/error-types.js';
import type { Exchange, ExchangeOutcome, ExchangeStanding, Offer, Vote } from '../src/domain/model/exchange.js';
import type { StayActivities } from '../src/domain/model/stay-activities.js';
import { closedRing, nextOf, outcomeOf } from '../src/domain/room/ring.js';
import { exchangeQuery, settleExchangeUpdate, voteUpdate } from '../workflows/stay/messages.js';
import { notYet } from './not-yet.js';

/** Share of an attempt's timeout within which all stays must answer. */
const ANSWER_SHARE = 0.8;

/** Stays that one activity follows at most: far more than any ring of a hotel has. */
const MOST_STAYS = 200;

/** Returns the activity `exchangeRooms`. */
export function createExchangeActivities(): Pick<StayActivities, 'exchangeRooms'> {
  return {
    async exchangeRooms({ stayId }) {
      const { client, info } = Context.current();
      const deadline = Date.now() + info.startToCloseTimeoutMs * ANSWER_SHARE;
      await client.withDeadline(deadline, async () => {
        const exchange = await findExchange(client, stayId);
        if (exchange === undefined)
          throw notYet(ERROR_TYPES.noClosedRing, 'No closed ring of stays waits for its rooms');
        const outcome = await vote(client, exchange);
        await settle(client, exchange, outcome, stayId);
        if (outcome === 'aborted') throw notYet(ERROR_TYPES.noClosedRing, 'A stay of the ring has changed its mind');
      });
    },
  };
}

/** Returns the exchange that the stay has agreed to, or else the closed ring that it is part of now. */
async function findExchange(temporal: Client, stayId: string): Promise<Exchange | undefined> {
  const own = await standingOf(temporal, stayId);
  if (own?.promised !== undefined) return own.promised;
  if (own?.offer === undefined) return undefined;
  const offers = new Map<string, Offer>([[stayId, own.offer]]);
  // Each stay is asked once; the map grows while it is walked.
  for (const offer of offers.values()) {
    for (const next of nextOf(offer).filter((one) => !offers.has(one))) {
      const standing = await standingOf(temporal, next);
      if (standing?.promised !== undefined && isMember(standing.promised, stayId)) return standing.promised;
      if (standing?.offer === undefined || offers.size >= MOST_STAYS) return undefined;
      offers.set(next, standing.offer);
    }
  }
  const members = closedRing(stayId, offers);
  return members === undefined ? undefined : { id: idOf(members), members };
}

function isMember({ members }: Exchange, stayId: string): boolean {
  return members.some((member) => member.stayId === stayId);
}

function idOf(members: readonly Offer[]): string {
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}

/** Collects the votes in order of stay id, up to the first refusal. */
async function vote(temporal: Client, exchange: Exchange): Promise<ExchangeOutcome> {
  const votes: Vote[] = [];
  for (const { stayId } of exchange.members) {
    const answer = await ifItIsOpen(() =>
      updating(() => temporal.workflow.getHandle(stayId).executeUpdate(voteUpdate, { args: [exchange] })),
    );
    votes.push(answer ?? { kind: 'settled', outcome: 'aborted' });
    if (votes.at(-1)?.kind === 'settled') break;
  }
  return outcomeOf(votes);
}

/** Sends the outcome to all members; to `own` last, because this ends the step of the activity. */
async function settle(
  temporal: Client,
  { id, members }: Exchange,
  outcome: ExchangeOutcome,
  own: string,
): Promise<void> {
  const stays = members.map(({ stayId }) => stayId).toSorted((a, b) => Number(a === own) - Number(b === own));
  for (const stayId of stays) {
    await ifItIsOpen(() =>
      updating(() =>
        temporal.workflow.getHandle(stayId).executeUpdate(settleExchangeUpdate, { args: [{ id, outcome }] }),
      ),
    );
  }
}

function standingOf(temporal: Client, stayId: string): Promise<ExchangeStanding | undefined> {
  return ifItIsOpen(() => asking(() => temporal.workflow.getHandle(stayId).query(exchangeQuery)));
}

/** Returns the answer of a stay; undefined if the stay has ended, or never began. */
async function ifItIsOpen<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
