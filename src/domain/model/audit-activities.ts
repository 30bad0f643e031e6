/** Inputs and outcomes of the activities of `keyAudit`. Types only. */
import type { Difference } from './drift.js';

export interface AuditKeysInput {
  readonly propertyId: string;
}

/** Result of one audit of a property. */
export interface KeyAudit {
  /** Number of open stays that answered. */
  readonly stays: number;
  /** Open stays that did not answer: nothing about their keys is known. */
  readonly unanswered: readonly string[];
  /** Number of credentials on phones that Seam has for the access system. */
  readonly credentials: number;
  /** Differences that two looks in a row have shown, at most 500. */
  readonly differences: readonly Difference[];
  /** Number of differences that are left out. */
  readonly more: number;
}

export interface ReportDriftInput {
  readonly propertyId: string;
  /** Id of the audit: a repeated report changes nothing. */
  readonly auditId: string;
  readonly differences: readonly Difference[];
}

export interface AuditActivities {
  /** Compares every key of the property's open stays with Seam. Queue `seam`. @throws as other activities at Seam */
  auditKeys(input: AuditKeysInput): Promise<KeyAudit>;
  /** Signals each stay its differences; starts a stay that has ended and left keys. Queue `stays`. */
  reportDrift(input: ReportDriftInput): Promise<void>;
}
