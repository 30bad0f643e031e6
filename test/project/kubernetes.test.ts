/** Checks of `deploy/kubernetes` without a cluster. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { codecConfig, serverConfig, workerConfig } from '../../src/config/process-variables.js';
import { DRAIN_MS } from '../../src/http/server.js';
import { packageRoot } from '../../src/package-root.js';
import { temporalSettings } from '../../src/temporal/connection.js';
import { WORKER_PROFILES } from '../../src/temporal/workers.js';
import { knownVariables } from './known-variables.js';
import {
  ofKind,
  readManifests,
  schemaProblems,
  workloadProblems,
  type Container,
  type Manifest,
  type Workload,
} from './kubernetes-manifests.js';

interface Selecting {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly selector?: Readonly<Record<string, string>> & { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly podSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly { readonly ports: readonly { readonly port: number }[] }[];
    readonly ports?: readonly { readonly port: number; readonly targetPort: string }[];
  };
}

const manifests = readManifests();
const workloads = ofKind<Workload>(manifests, 'Deployment');
const [settings] = ofKind<{ readonly data: Readonly<Record<string, string>> }>(manifests, 'ConfigMap');

const MOUNT = '/run/secrets/stayline';
const folder = mkdtempSync(path.join(tmpdir(), 'stayline-'));
spawnSync('sh', [path.join(packageRoot(), 'deploy/make-secrets'), folder]);
writeFileSync(path.join(folder, 'api-keys.json'), '{ "keys": [] }');
afterAll(() => rmSync(folder, { recursive: true }));

function workload(name: string): Workload {
  const found = workloads.find(({ metadata }) => metadata.name === `stayline-${name}`);
  if (found === undefined) throw new Error(`there is no Deployment stayline-${name}`);
  return found;
}

const containerOf = (name: string): Container => workload(name).spec.template.spec.containers[0];

/** Returns the environment of the process with the secrets of this test. */
function environmentOf(name: string): Record<string, string> {
  const own = containerOf(name).env.map(({ name: key, value = '' }) => [key, value] as const);
  return Object.fromEntries(
    [...Object.entries(settings?.data ?? {}), ...own].map(([key, value]) => [key, value.replace(MOUNT, folder)]),
  );
}

/** Returns a copy of the manifest with another value at the path, such as `spec.replicas`. */
function changed<Kind>(manifest: Kind, place: string, value: unknown): Kind {
  const copy = structuredClone(manifest);
  const keys = place.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce((at, key) => at[key] as Record<string, unknown>, copy as Record<string, unknown>);
  parent[last] = value;
  return copy;
}

const POD = 'spec.template.spec';
const CONTAINER = `${POD}.containers.0`;

describe('deploy/kubernetes', () => {
  test('every manifest follows the schema of its kind, and has no field that Kubernetes does not know', () => {
    expect(manifests.length).toBeGreaterThan(10);
    expect(manifests.flatMap(schemaProblems)).toEqual([]);
  });

  test.each([
    [`${CONTAINER}.livenessProbes`, {}, 'livenessProbes is not a field'],
    [`${CONTAINER}.securityContext.readOnlyRootFileSystem`, true, 'readOnlyRootFileSystem is not a field'],
    ['spec.replicas', 'two', '/spec/replicas must be integer'],
    [`${CONTAINER}.ports.0.containerPort`, '9464', 'containerPort must be integer'],
    ['spec.selector', undefined, 'must have required property selector'],
    ['kind', 'Secret', 'the kind is not allowed here'],
  ])('a wrong manifest is reported: %s = %j', (place, value, problem) => {
    expect(schemaProblems(changed(workload('worker') as unknown as Manifest, place, value)).join('\n')).toContain(
      problem,
    );
  });

  test('every pod is hardened, has probes and resources, and keeps secrets out of its manifest', () => {
    expect(workloads.flatMap(workloadProblems)).toEqual([]);
  });

  test.each([
    [`${POD}.securityContext.runAsNonRoot`, false, 'runs as root'],
    [`${POD}.securityContext.runAsUser`, 0, 'runs as root'],
    [`${POD}.securityContext.seccompProfile.type`, 'Unconfined', 'has no seccomp profile'],
    [`${POD}.automountServiceAccountToken`, undefined, 'has a token of the cluster'],
    [`${POD}.topologySpreadConstraints`, [], 'is not spread over nodes'],
    [`${CONTAINER}.securityContext.readOnlyRootFilesystem`, false, 'can write its root file system'],
    [`${CONTAINER}.securityContext.allowPrivilegeEscalation`, undefined, 'may gain privileges'],
    [`${CONTAINER}.securityContext.capabilities.drop`, [], 'has capabilities'],
    [`${CONTAINER}.securityContext.capabilities.add`, ['SYS_ADMIN'], 'has capabilities'],
    [`${CONTAINER}.readinessProbe`, undefined, 'lacks a probe'],
    [`${CONTAINER}.resources.limits`, undefined, 'asks for no resources'],
    [`${CONTAINER}.image`, 'stayline:latest', 'has an image without a version'],
    [`${CONTAINER}.env`, [{ name: 'SEAM_API_KEY', value: 'x' }], 'has SEAM_API_KEY in plain text'],
    [`${CONTAINER}.env`, [{ name: 'SEAM_URL', value: 'x' }], 'no process reads SEAM_URL'],
  ])('a deployment that breaks a rule is reported: %s = %j', (place, value, problem) => {
    expect(workloadProblems(changed(workload('worker'), place, value))).toContain(`stayline-worker: ${problem}`);
  });

  test('the shared settings of the cluster are variables that processes read, and no secrets', () => {
    const names = Object.keys(settings?.data ?? {});
    expect(names).toContain('TEMPORAL_ADDRESS');
    for (const name of names) expect(knownVariables(), name).toContain(name);
    expect(workloads.map(({ spec }) => spec.template.spec.containers[0].envFrom)).toEqual(
      workloads.map(() => [{ configMapRef: { name: 'stayline' } }]),
    );
  });

  test('workers and servers run twice, with a disruption budget, and every pod has a network policy', () => {
    const budgets = ofKind<Selecting>(manifests, 'PodDisruptionBudget');
    const policies = ofKind<Selecting>(manifests, 'NetworkPolicy');
    for (const { metadata, spec } of workloads) {
      const { labels } = spec.template.metadata;
      const policy = policies.find((one) => one.metadata.name === metadata.name)?.spec;
      expect(policy?.podSelector?.matchLabels).toEqual(labels);
      expect(policy?.policyTypes).toEqual(['Ingress', 'Egress']);
      expect(policy?.ingress?.[0]?.ports.map(({ port }) => port)).toEqual([
        spec.template.spec.containers[0].ports[0]?.containerPort,
      ]);
      if (spec.replicas === 1) continue;
      expect(spec.replicas).toBe(2);
      expect(budgets.find((one) => one.metadata.name === metadata.name)?.spec.selector?.matchLabels).toEqual(labels);
    }
    expect(workloads.filter(({ spec }) => spec.replicas === 1).map(({ metadata }) => metadata.name)).toEqual([
      'stayline-codec',
    ]);
  });

  test('services lead to the port that the process listens at', () => {
    const services = ofKind<Selecting>(manifests, 'Service');
    expect(services.map(({ metadata }) => metadata.name)).toEqual(['stayline-server', 'stayline-codec']);
    for (const { metadata, spec } of services) {
      const name = metadata.name.replace('stayline-', '');
      expect(spec.selector).toEqual(workload(name).spec.template.metadata.labels);
      const [port] = containerOf(name).ports;
      expect(spec.ports).toEqual([{ name: 'http', port: port?.containerPort, targetPort: port?.name }]);
    }
  });

  test('every process of the cluster has a valid environment', async () => {
    const worker = workerConfig(environmentOf('worker'));
    const server = serverConfig(environmentOf('server'));
    const codec = codecConfig(environmentOf('codec'));
    const portOf = (name: string): number | undefined => containerOf(name).ports[0]?.containerPort;
    expect(worker.metricsAddress).toBe(`0.0.0.0:${String(portOf('worker'))}`);
    expect([server.host, server.port]).toEqual(['0.0.0.0', portOf('server')]);
    expect([codec.host, codec.port]).toEqual(['0.0.0.0', portOf('codec')]);
    for (const { metadata } of workloads) {
      const { encryption } = await temporalSettings(environmentOf(metadata.name.replace('stayline-', '')));
      expect(encryption).toBeDefined();
    }
  });

  test('every pod mounts exactly the secrets that its variables name', () => {
    for (const { metadata, spec } of workloads) {
      const { volumes, containers } = spec.template.spec;
      const [container] = containers;
      const values = [...Object.values(settings?.data ?? {}), ...container.env.map(({ value = '' }) => value)];
      const named = values.filter((value) => value.startsWith(MOUNT)).map((value) => value.slice(MOUNT.length + 1));
      const mounted = volumes.flatMap(({ secret }) => secret?.items ?? []).map((item) => item.path);
      expect(mounted.toSorted(), metadata.name).toEqual(named.toSorted());
      const mounts = container.volumeMounts.map(({ name }) => name);
      expect(mounts.toSorted()).toEqual(volumes.map(({ name }) => name).toSorted());
      expect(container.volumeMounts).toContainEqual({ name: 'secrets', mountPath: MOUNT, readOnly: true });
    }
  });

  test('every pod has more time to stop than its process takes', () => {
    const grace = (name: string): number => workload(name).spec.template.spec.terminationGracePeriodSeconds * 1_000;
    const { shutdownForceTime } = WORKER_PROFILES[workerConfig(environmentOf('worker')).profile];
    expect(grace('worker')).toBeGreaterThan(Number.parseInt(shutdownForceTime, 10) * 1_000);
    const { drainNoticeMs } = serverConfig(environmentOf('server'));
    expect(drainNoticeMs).toBeGreaterThan(0);
    expect(grace('server')).toBeGreaterThan(drainNoticeMs + DRAIN_MS);
    expect(grace('codec')).toBeGreaterThan(DRAIN_MS);
  });

  test('every pod starts the image of this version, by files that the build produces', () => {
    const { version } = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as {
      readonly version: string;
    };
    for (const { spec } of workloads) {
      const [{ image, command, readinessProbe }] = spec.template.spec.containers;
      expect(image).toBe(`stayline:${version}`);
      for (const file of [command, readinessProbe?.exec?.command ?? command].map((parts) => parts[1] ?? '')) {
        const source = file.replace(/^dist\//, '').replace(/\.js$/, '.ts');
        expect(existsSync(path.join(packageRoot(), source)), file).toBe(true);
      }
    }
  });

  const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
  test.skipIf(!hasKubectl)('kubectl builds every manifest for the namespace stayline', () => {
    const built = spawnSync('kubectl', ['kustomize', path.join(packageRoot(), 'deploy/kubernetes')], {
      encoding: 'utf8',
    });
    expect(built).toMatchObject({ status: 0, stderr: '' });
    expect(built.stdout.match(/^kind: /gm)).toHaveLength(manifests.length);
    expect(built.stdout.match(/^ {2}namespace: stayline$/gm)).toHaveLength(manifests.length - 1);
  });
});
