/** Commands with which an operator gives a Temporal server what Stayline needs, ready to be copied. */
import { TypedSearchAttributes, type SearchAttributeType } from '@temporalio/common';

/** Server and namespace that the commands name, and the retention that the namespace needs. */
export interface Place {
  readonly address: string;
  readonly namespace: string;
  readonly retentionHours: number;
}

interface Attribute {
  readonly name: string;
  readonly type: SearchAttributeType;
}

const HOURS_A_DAY = 24;
/** Retention that the commands set at least: a week, in which a stay's history can still be read. */
const LEAST_DAYS = 7;

/** Returns true for an address of Temporal Cloud, where another API manages namespaces and search attributes. */
export function isCloud({ address }: Pick<Place, 'address'>): boolean {
  return /\.(tmprl\.cloud|api\.temporal\.io)(:\d+)?$/.test(address);
}

export function upgradeServer(): readonly string[] {
  return ['# one minor version at a time: https://docs.temporal.io/self-hosted-guide/upgrade-server'];
}

export function createNamespace(place: Place): readonly string[] {
  return isCloud(place)
    ? [`tcld namespace create --namespace ${nameInCloud(place)} --region <region> --retention-days ${daysFor(place)}`]
    : [`temporal operator namespace create ${optionsFor(place)} --retention ${daysFor(place) * HOURS_A_DAY}h`];
}

export function extendRetention(place: Place): readonly string[] {
  return isCloud(place)
    ? [`tcld namespace retention set --namespace ${place.namespace} --retention-days ${daysFor(place)}`]
    : [`temporal operator namespace update ${optionsFor(place)} --retention ${daysFor(place) * HOURS_A_DAY}h`];
}

/**
 * Returns the commands that register search attributes.
 * @param wrong attributes that exist with another type; they are removed first
 */
export function registerAttributes(
  place: Place,
  { missing, wrong }: { readonly missing: readonly Attribute[]; readonly wrong: readonly Attribute[] },
): readonly string[] {
  if (isCloud(place)) {
    const each = missing.map(({ name, type }) => `--search-attribute "${name}=${typeOf(type)}"`);
    const rename = wrong.map(({ name }) => `# ${name} has another type: ask Temporal's support to remove it`);
    const add = `tcld namespace search-attributes add --namespace ${place.namespace} ${each.join(' ')}`;
    return [...rename, ...(each.length === 0 ? [] : [add])];
  }
  const command = 'temporal operator search-attribute';
  const options = optionsFor(place);
  const create = ({ name, type }: Attribute): string =>
    `${command} create ${options} --name ${name} --type ${typeOf(type)}`;
  return [
    ...(wrong.length === 0 ? ['# stayline temporal setup, or:'] : []),
    ...wrong.map(({ name }) => `${command} remove ${options} --name ${name} --yes`),
    ...[...missing, ...wrong].map(create),
  ];
}

export function grantAccess(place: Place): readonly string[] {
  const variables = isCloud(place)
    ? 'TEMPORAL_API_KEY, or TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH,'
    : 'TEMPORAL_API_KEY or the TEMPORAL_TLS_… variables';
  return [`# set ${variables} of an identity that may write to namespace ${place.namespace}`];
}

function optionsFor({ address, namespace }: Place): string {
  return `--address ${address} --namespace ${namespace}`;
}

function daysFor({ retentionHours }: Place): number {
  return Math.max(LEAST_DAYS, Math.ceil(retentionHours / HOURS_A_DAY));
}

/** Returns the namespace without the account's id, which Temporal Cloud adds itself. */
function nameInCloud({ namespace }: Place): string {
  return namespace.replace(/\.[^.]*$/, '');
}

/** Returns the type's name in commands, such as `KeywordList`. */
function typeOf(type: SearchAttributeType): string {
  return TypedSearchAttributes.toMetadataType(type);
}
