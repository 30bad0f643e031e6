/**
 * OPERA's published schema of the door lock outbound interface: "OPERA Cloud Front Desk Operations Outbound API" 25.5.0.0, from
 * oracle/hospitality-api-docs (Universal Permissive License 1.0, © Oracle). It is beside the checkout, not in it. If it is missing,
 * messages are not checked against it, and `isHere` is false.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { packageRoot } from '../../../../src/package-root.js';

const FILE = path.join(packageRoot(), '../shared/reference/vendor/oracle-fofoutbound.json');

export interface PublishedSchema {
  readonly isHere: boolean;
  /** @throws Error naming every difference from the published schema */
  checkRequest(body: unknown): void;
  checkAnswer(body: unknown): void;
}

export function openPublishedSchema(): PublishedSchema {
  if (!existsSync(FILE)) return { isHere: false, checkRequest: () => undefined, checkAnswer: () => undefined };
  const { definitions } = JSON.parse(readFileSync(FILE, 'utf8')) as { readonly definitions: object };
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addFormat('date-time', /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/);
  ajv.addFormat('byte', /^[A-Za-z0-9+/]*={0,2}$/);
  ajv.addSchema({ $id: 'fof', definitions });
  const compiled = (name: string): ValidateFunction => ajv.compile({ $ref: `fof#/definitions/${name}` });
  const request = compiled('roomKeysOutbound');
  const answer = compiled('roomKeysOutboundDetails');
  const check = (validate: ValidateFunction, body: unknown): void => {
    if (!validate(body)) throw new Error(`Not as published: ${ajv.errorsText(validate.errors)}`);
  };
  return {
    isHere: true,
    checkRequest: (body) => check(request, body),
    checkAnswer: (body) => check(answer, body),
  };
}
