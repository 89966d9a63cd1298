import type { Manifest } from './helm.ts'

/** Parts of a pod that tests look at. */
export interface PodSpec {
  readonly automountServiceAccountToken: boolean
  readonly terminationGracePeriodSeconds: number
  readonly securityContext: Readonly<Record<string, unknown>>
  readonly topologySpreadConstraints?: readonly unknown[]
  /** The service's own comes first. */
  readonly containers: readonly [Container, ...Container[]]
  readonly volumes: readonly Volume[]
}

export interface Container {
  readonly name: string
  readonly command: readonly string[]
  readonly env: readonly { readonly name: string; readonly value?: string }[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly securityContext: Readonly<Record<string, unknown>>
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } }
  readonly startupProbe: Probe
  readonly livenessProbe: Probe
  readonly readinessProbe: Probe
}

interface Probe {
  readonly grpc: { readonly port: number; readonly service: string }
}

interface Volume {
  readonly name: string
  readonly secret?: { readonly secretName: string; readonly items?: readonly { readonly path: string }[] }
  readonly projected?: {
    readonly sources: readonly { readonly secret: { readonly items: readonly { readonly path: string }[] } }[]
  }
}

export const SERVICES = ['connection-manager', 'session', 'presence-fanout', 'muc', 'pubsub', 's2s-gateway']

/** The objects of a kind, or the one of a name. */
export function of(manifests: readonly Manifest[], kind: string, name?: string): Manifest[] {
  return manifests.filter((each) => each.kind === kind && (name === undefined || each.metadata.name === name))
}

/** The `spec` of one object. @throws when it isn't there */
export function specOf<Spec>(manifests: readonly Manifest[], kind: string, name: string): Spec {
  const [found] = of(manifests, kind, name)
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`)
  return found.spec as Spec
}

/** The pod of a service. */
export function podOf(manifests: readonly Manifest[], service: string): PodSpec {
  return specOf<{ template: { spec: PodSpec } }>(manifests, 'Deployment', `hg-heliograph-${service}`).template.spec
}

/** Its heliograph.yaml. */
export function configOf(manifests: readonly Manifest[], service: string): string {
  const [map] = of(manifests, 'ConfigMap', `hg-heliograph-${service}`)
  return (map?.data as Record<string, string> | undefined)?.['heliograph.yaml'] ?? ''
}

/** Files that a pod has from Secrets, by their paths. Those of type kubernetes.io/tls have three. */
export function secretFilesOf({ containers: [container], volumes }: PodSpec): Set<string> {
  const mounts = new Map(container.volumeMounts.map(({ name, mountPath }) => [name, mountPath]))
  const files = volumes.flatMap(({ name, secret, projected }) => {
    const projectedItems = projected?.sources.flatMap((source) => source.secret.items)
    const items = secret === undefined ? projectedItems : (secret.items ?? whole)
    return items?.map(({ path }) => `${mounts.get(name)}/${path}`) ?? []
  })
  return new Set(files)
}

const whole = ['tls.crt', 'tls.key', 'ca.crt'].map((path) => ({ path }))
