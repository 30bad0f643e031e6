/** Rules that every container of `docker-compose.yml` keeps. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../src/package-root.js';
import type { Compose, ComposeService } from './compose-file.js';
import { holdsSecret, knownVariables } from './known-variables.js';

/** Mounted folder of one deployment, which no checkout has. */
const OWN_FOLDER = './deploy/config';

/** Returns a line for each rule that a service does not keep. */
export function composeProblems(compose: Compose): readonly string[] {
  const services = Object.entries(compose.services);
  const used = new Set(services.flatMap(([, { volumes }]) => volumes.map(sourceOf)));
  const secrets = new Set(services.flatMap(([, service]) => service.secrets));
  return [
    ...services.flatMap(([name, service]) =>
      [...hardening(service), ...images(service), ...mounts(service, compose), ...secretsOf(service)]
        .concat(life(name, service, compose), variables(service))
        .map((problem) => `${name}: ${problem}`),
    ),
    ...Object.keys(compose.volumes).flatMap((name) => (used.has(name) ? [] : [`volume ${name}: not used`])),
    ...Object.entries(compose.secrets).flatMap(([name, { file }]) => [
      ...(secrets.has(name) ? [] : [`secret ${name}: not used`]),
      ...(file === `deploy/secrets/${name}` ? [] : [`secret ${name}: not in deploy/secrets`]),
    ]),
    ...[...secrets].flatMap((name) => (name in compose.secrets ? [] : [`secret ${name}: not declared`])),
  ];
}

function hardening(service: ComposeService): readonly string[] {
  return [
    ...(service.read_only ? [] : ['the root file system can be written']),
    ...(/^[1-9]\d*:\d+$/.test(service.user ?? '') ? [] : ['no user other than root']),
    ...(service.cap_drop.includes('ALL') && service.cap_add.length === 0 ? [] : ['has capabilities']),
    ...(service.security_opt.includes('no-new-privileges:true') ? [] : ['may gain privileges']),
    ...(service.privileged ? ['privileged'] : []),
    ...service.ports
      .filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))
      .map((port) => `port ${port} is open to other machines`),
  ];
}

function images({ image, build }: ComposeService): readonly string[] {
  if (build !== undefined) return [];
  return /:v?\d+\.\d+(\.\d+)?(@sha256:[\da-f]{64})?$/.test(image ?? '') ? [] : ['the image has no exact version'];
}

function mounts({ volumes }: ComposeService, { volumes: declared }: Compose): readonly string[] {
  return volumes.flatMap((volume) => {
    const source = sourceOf(volume);
    if (!source.startsWith('.')) return source in declared ? [] : [`volume ${source} is not declared`];
    return [
      ...(volume.endsWith(':ro') ? [] : [`${source} can be written`]),
      ...(source === OWN_FOLDER || existsSync(path.join(packageRoot(), source)) ? [] : [`${source} does not exist`]),
    ];
  });
}

function secretsOf({ environment, entrypoint, command, secrets }: ComposeService): readonly string[] {
  const text = [...Object.values(environment), ...entrypoint, ...command].join('\n');
  const named = [...text.matchAll(/\/run\/secrets\/([\w-]+)/g)].map(([, name = '']) => name);
  return [
    ...named.filter((name) => !secrets.includes(name)).map((name) => `the secret ${name} is not mounted`),
    ...secrets.filter((name) => !named.includes(name)).map((name) => `nothing reads the secret ${name}`),
    ...Object.keys(environment)
      .filter(holdsSecret)
      .map((name) => `${name} has a secret in plain text`),
    ...(/whsec_|seam_test_|\bsl_|[\w+/]{40,}=/.test(text) ? ['a secret in plain text'] : []),
  ];
}

/** Returns the problems of a service that keeps running, or of a job, which others wait for. */
function life(name: string, service: ComposeService, { services }: Compose): readonly string[] {
  const isJob = Object.values(services).some(
    ({ depends_on: on }) => on[name]?.condition === 'service_completed_successfully',
  );
  if (isJob) return service.restart === 'on-failure:5' ? [] : ['a job that is not tried again a few times'];
  return [
    ...(service.healthcheck === undefined ? ['no health check'] : []),
    ...(service.restart === 'unless-stopped' ? [] : ['not restarted']),
    ...(service.stop_grace_period === undefined ? ['no time to stop'] : []),
  ];
}

function variables({ build, environment }: ComposeService): readonly string[] {
  if (build === undefined) return [];
  return Object.keys(environment)
    .filter((name) => !knownVariables().has(name))
    .map((name) => `no process reads ${name}`);
}

function sourceOf(volume: string): string {
  return volume.split(':')[0] ?? '';
}
