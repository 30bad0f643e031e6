/** Manifests of `deploy/kubernetes`, checked by the schemas of Kubernetes and by rules of this project. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Deployment } from 'kubernetes-models/apps/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Namespace, Service } from 'kubernetes-models/v1';
import { parse, parseAllDocuments } from 'yaml';
import { packageRoot } from '../../src/package-root.js';
import { holdsSecret, knownVariables } from './known-variables.js';

const FOLDER = path.join(packageRoot(), 'deploy/kubernetes');

/** Kinds that the manifests may have; a Secret is none of them. */
const KINDS: Readonly<Record<string, { readonly prototype: { validate: () => void } }>> = {
  ConfigMap,
  Deployment,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
};

export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** Returns every manifest that `kustomization.yaml` lists. */
export function readManifests(): readonly Manifest[] {
  const { resources } = parse(read('kustomization.yaml')) as { readonly resources: readonly string[] };
  return resources.flatMap((file) => parseAllDocuments(read(file)).map((document) => document.toJSON() as Manifest));
}

/** Returns the manifests of the kind. */
export function ofKind<Kind>(manifests: readonly Manifest[], kind: string): readonly Kind[] {
  return manifests.filter((manifest) => manifest.kind === kind) as unknown as Kind[];
}

/** Returns a line for each problem of the manifest: what its schema refuses, and fields that no schema has. */
export function schemaProblems(manifest: Manifest): readonly string[] {
  const name = `${manifest.kind} ${manifest.metadata.name}`;
  const Model = KINDS[manifest.kind];
  if (Model === undefined) return [`${name}: the kind is not allowed here`];
  const read = new Set<string>();
  try {
    // The constructor of the model would copy the object, and read every field.
    Model.prototype.validate.call(watched(manifest, '', read));
  } catch (error) {
    return [`${name}: ${(error as Error).message}`];
  }
  return pathsOf(manifest, '').flatMap((place) => (read.has(place) ? [] : [`${name}: ${place} is not a field`]));
}

/**
 * Returns the object with its reads recorded by path. A compiled schema reads exactly the fields that it has, which
 * finds those that it would let pass.
 */
function watched(value: unknown, place: string, read: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key) {
      const child: unknown = Reflect.get(target, key);
      if (typeof key !== 'string') return child;
      read.add(`${place}/${key}`);
      return watched(child, `${place}/${key}`, read);
    },
  });
}

function pathsOf(value: unknown, place: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [`${place}/${key}`, ...pathsOf(child, `${place}/${key}`)]);
}

function read(file: string): string {
  return readFileSync(path.join(FOLDER, file), 'utf8');
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
  readonly exec?: { readonly command: readonly string[] };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly envFrom: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly resources?: { readonly requests?: Readonly<Record<string, string>>; readonly limits?: object };
  readonly securityContext?: {
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface Workload {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly automountServiceAccountToken?: boolean;
        readonly terminationGracePeriodSeconds: number;
        readonly securityContext?: {
          readonly runAsNonRoot?: boolean;
          readonly runAsUser?: number;
          readonly seccompProfile?: { readonly type: string };
        };
        readonly topologySpreadConstraints?: readonly { readonly topologyKey: string }[];
        readonly containers: readonly [Container];
        readonly volumes: readonly {
          readonly name: string;
          readonly secret?: { readonly secretName: string; readonly items: readonly { readonly path: string }[] };
        }[];
      };
    };
  };
}

/** Returns a line for each rule that the pods of a deployment do not keep. */
export function workloadProblems({ metadata, spec }: Workload): readonly string[] {
  const { securityContext: pod, containers, topologySpreadConstraints: spread = [], ...rest } = spec.template.spec;
  const [{ securityContext: own, ...container }] = containers;
  const rules: readonly (readonly [string, boolean])[] = [
    ['runs as root', pod?.runAsNonRoot === true && (pod.runAsUser ?? 0) > 0],
    ['has no seccomp profile', pod?.seccompProfile?.type === 'RuntimeDefault'],
    ['can write its root file system', own?.readOnlyRootFilesystem === true],
    ['may gain privileges', own?.allowPrivilegeEscalation === false],
    ['has capabilities', own?.capabilities?.drop?.includes('ALL') === true && own.capabilities.add === undefined],
    ['has a token of the cluster', rest.automountServiceAccountToken === false],
    ['lacks a probe', [container.startupProbe, container.readinessProbe, container.livenessProbe].every(Boolean)],
    ['asks for no resources', container.resources?.requests !== undefined && container.resources.limits !== undefined],
    ['has an image without a version', /:\d+\.\d+\.\d+$/.test(container.image)],
    ['is not spread over nodes', spread.some(({ topologyKey }) => topologyKey === 'kubernetes.io/hostname')],
  ];
  return [
    ...rules.flatMap(([problem, kept]) => (kept ? [] : [problem])),
    ...container.env.filter(({ name }) => holdsSecret(name)).map(({ name }) => `has ${name} in plain text`),
    ...container.env.filter(({ name }) => !knownVariables().has(name)).map(({ name }) => `no process reads ${name}`),
  ].map((problem) => `${metadata.name}: ${problem}`);
}
