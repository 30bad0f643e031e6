/**
 * Errors and warnings that Seam publishes for the objects that a stay depends on, and what each means for the stay: one
 * table. `docs/seam-reports.md` shows it. Pure.
 */
import type { AttentionCode } from './attention.js';

export type ReportingObject = 'acs_system' | 'acs_entrance' | 'acs_user' | 'user_identity' | 'acs_credential';

export type ReportList = 'errors' | 'warnings';

export type ReportOutcome =
  /** It passes: the step that reads the object is retried, and attention opens if it lasts. */
  | { readonly act: 'retry'; readonly words: string }
  /** A person must know or act. The notice has these words, unless rules of the stay open it with their own. */
  | { readonly act: 'attention'; readonly code: AttentionCode; readonly words: string }
  /** It concerns no stay. */
  | { readonly act: 'ignored'; readonly words: string };

type Outcomes = Readonly<Record<string, ReportOutcome>>;

/** Error or warning of an object at Seam that becomes attention `seam-report`. */
export interface SeamReport {
  readonly object: ReportingObject;
  readonly list: ReportList;
  readonly code: string;
  /** Room whose door reports it, or name of the common door. */
  readonly room?: string;
  readonly door?: string;
  /** Seam's own words, masked; set for a code that this table does not have. */
  readonly said?: string;
}

const retry = (words: string): ReportOutcome => ({ act: 'retry', words });
const ignored = (words: string): ReportOutcome => ({ act: 'ignored', words });
const attention = (words: string, code: AttentionCode = 'seam-report'): ReportOutcome => ({
  act: 'attention',
  code,
  words,
});

const OF_SALTO_KS = ignored('only access systems of Salto KS report it');
const OF_LATCH = ignored('only access systems of Latch report it');
const BRIDGE = retry('Seam Bridge is not connected: check that its computer in the hotel runs and is online');
const CARD = 'if it does not open, send replaceKey, or cut a plastic card';

/** Outcomes by object, list and code. */
export const SEAM_REPORTS: Readonly<Record<ReportingObject, Readonly<Record<ReportList, Outcomes>>>> = {
  acs_system: {
    errors: {
      seam_bridge_disconnected: BRIDGE,
      bridge_disconnected: BRIDGE,
      visionline_instance_unreachable: retry(
        'Seam Bridge does not reach the Visionline server: check that the server runs',
      ),
      acs_system_disconnected: retry('the access system is disconnected: connect it again in the Seam Console'),
      account_disconnected: retry('the account of the access system is disconnected: connect it in the Seam Console'),
      provider_service_unavailable: retry("the lock maker's service does not answer: wait, Seam tries again by itself"),
      insufficient_permissions: attention(
        "Seam lacks permissions in the access system: give them to Seam's operator account there",
      ),
      user_license_limit_reached: attention(
        "the access system's licence has no room for more guests: delete users there, or extend the licence",
      ),
      salto_ks_subscription_limit_exceeded: OF_SALTO_KS,
      salto_ks_certification_expired: OF_SALTO_KS,
    },
    warnings: {
      time_zone_does_not_match_location: attention(
        'correct the time zone of the access system in the Seam Console',
        'zone-mismatch',
      ),
      setup_required: attention('the access system is not fully set up at Seam: finish it in the Seam Console'),
      unknown_issue_with_acs_system: attention(
        'Seam cannot name its problem with the access system, and what it shows may be old: look there, or ask Seam',
      ),
      salto_ks_subscription_limit_almost_reached: OF_SALTO_KS,
    },
  },
  acs_entrance: {
    errors: {
      entrance_removed: attention('the door is left out; a room without another one has no door', 'impossible-plan'),
    },
    warnings: {
      entrance_setup_required: attention(
        'the door is not set up for keys on phones: set it up in the access system, and cut plastic cards meanwhile',
      ),
      entrance_shares_zone: attention(
        'a key to this door also opens the other doors of its zone: separate them in the access system',
      ),
      privacy_mode: ignored('the guest inside has set it, and ends it'),
      salto_ks_privacy_mode: OF_SALTO_KS,
      salto_ks_entrance_access_code_support_removed: OF_SALTO_KS,
    },
  },
  acs_user: {
    errors: {
      deleted_externally: attention(
        'somebody deleted this guest in the access system: restore them there, and cut a plastic card meanwhile',
      ),
      failed_to_create_on_acs_system: attention(
        'the access system does not accept this guest: check their name in the booking, and cut a plastic card meanwhile',
      ),
      failed_to_update_on_acs_system: attention(
        'the access system still has an earlier name or contact of this guest: correct it there',
      ),
      failed_to_delete_on_acs_system: attention('the access system could not delete this guest: delete them there'),
      salto_ks_subscription_limit_exceeded: OF_SALTO_KS,
      latch_conflict_with_resident_user: OF_LATCH,
    },
    warnings: {
      being_deleted: retry('Seam is deleting this guest: they are registered again once that is done'),
      acs_user_inactive: attention(
        'this guest is inactive in the access system: activate them there, and cut a plastic card meanwhile',
      ),
      unknown_issue_with_acs_user: attention(
        `Seam cannot name its problem with this guest: let them try their key; ${CARD}`,
      ),
      salto_ks_user_not_subscribed: OF_SALTO_KS,
      latch_resident_user: OF_LATCH,
    },
  },
  user_identity: {
    errors: { issue_with_acs_user: ignored('the user in the access system reports it itself') },
    warnings: {
      being_deleted: retry('Seam is deleting this guest: they are registered again once that is done'),
      acs_user_profile_does_not_match_user_identity: ignored('keys do not depend on names and contacts'),
    },
  },
  acs_credential: {
    errors: {},
    warnings: {
      waiting_to_be_issued: retry('the key is read again until a phone has it; if that lasts, phone-missing opens'),
      being_deleted: attention('a key that Seam deletes for somebody else counts as ended', 'key-invalidated'),
      unknown_issue_with_acs_credential: attention(
        `Seam cannot name its problem with this guest's key: let them try it; ${CARD}`,
      ),
      schedule_externally_modified: attention(
        "somebody changed the times of this guest's key in the access system: send replaceKey for the booked ones",
      ),
      needs_to_be_reissued: attention("this guest's key is out of date in the access system: send replaceKey"),
      schedule_modified: ignored('Seam moved a start in the past to the present; the key is valid from then on'),
      requested_code_unavailable: ignored('keys on phones have no PIN code'),
    },
  },
};

/** Outcomes of a code that the table does not have. For credentials and entrances, Seam publishes no list of errors. */
export const OTHER_REPORTS: Readonly<Record<ReportingObject, Readonly<Record<ReportList, ReportOutcome>>>> = {
  acs_system: {
    errors: attention('Seam reports an error of the access system: look there, or ask Seam'),
    warnings: ignored('not published when this version was made'),
  },
  acs_entrance: {
    errors: attention('Seam reports an error of the door: try it, and cut plastic cards if phones do not open it'),
    warnings: ignored('not published when this version was made'),
  },
  acs_user: {
    errors: attention(`Seam reports an error of this guest: let them try their key; ${CARD}`),
    warnings: ignored('not published when this version was made'),
  },
  user_identity: {
    errors: ignored('the user in the access system reports its own errors'),
    warnings: ignored('not published when this version was made'),
  },
  acs_credential: {
    errors: attention(`Seam reports an error of this guest's key: let them try it; ${CARD}`),
    warnings: ignored('not published when this version was made'),
  },
};

/** Returns the outcome of an error or warning of an object. */
export function reportOutcome({ object, list, code }: Pick<SeamReport, 'object' | 'list' | 'code'>): ReportOutcome {
  const known = SEAM_REPORTS[object][list];
  return (Object.hasOwn(known, code) ? known[code] : undefined) ?? OTHER_REPORTS[object][list];
}

/** Returns the words of a report for people: what is wrong, what to do, and Seam's code. */
export function wordsOf(report: SeamReport): string {
  const { room, door, code, said } = report;
  const where = room !== undefined ? `room ${room}: ` : door !== undefined ? `${door}: ` : '';
  return `${where}${reportOutcome(report).words} (Seam: ${code}${said === undefined ? '' : `, ${said}`})`;
}
