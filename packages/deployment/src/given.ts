import type { JsonSchema } from '@heliograph/config'

const choice = (...names: string[]): JsonSchema => ({ type: 'string', enum: names })
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items })
const whole = (minimum: number): JsonSchema => ({ type: 'integer', minimum })
const texts: JsonSchema = { type: 'object', additionalProperties: { type: 'string' } }
/** An object of Kubernetes, which checks it itself. */
const foreign: JsonSchema = { type: 'object' }
const share: JsonSchema = { type: ['integer', 'string'] }
const port: JsonSchema = { type: 'integer', minimum: 0, maximum: 65_535 }
const quantities: JsonSchema = { type: 'object', additionalProperties: { type: ['string', 'number'] } }
const resources: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: { requests: quantities, limits: quantities, claims: list(foreign) },
}
const signal: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'query', 'target'],
  properties: {
    name: { type: 'string' },
    query: { type: 'string' },
    target: { type: 'string', pattern: '^[0-9]+m?$' },
    type: choice('AverageValue', 'Value'),
  },
}
const service = {
  type: choice('LoadBalancer', 'NodePort', 'ClusterIP'),
  externalTrafficPolicy: choice('Local', 'Cluster'),
}

/** Paths, and ends of paths, whose type their default doesn't tell. */
const GIVEN: readonly (readonly [RegExp, JsonSchema])[] = [
  [/(^|\.)(commonLabels|commonAnnotations|annotations|labels|podLabels|podAnnotations|nodeSelector)$/, texts],
  [/^image\.pullPolicy$/, choice('Always', 'IfNotPresent', 'Never')],
  [/^image\.digest$/, { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' }],
  [/^(edge|federation)\.type$/, service.type],
  [/\.externalTrafficPolicy$/, service.externalTrafficPolicy],
  [/^(edge|federation)\.ports\.\w+$/, port],
  [/^networkPolicy\.enabled$/, { type: 'boolean' }],
  [/^redis\.topology$/, choice('server', 'cluster', 'sentinel')],
  [/\.resources$/, resources],
  [
    /(^networkPolicy\.\w+|^web\.from|^adminApi\.from|^web\.httpRoute\.parentRefs|\.extra(Ingress|Egress|Env|Volumes|VolumeMounts|Containers)|\.initContainers|\.tolerations)$/,
    list(foreign),
  ],
  [/\.(affinity|issuerRef|behavior)$/, foreign],
  [/\.whenUnsatisfiable$/, choice('ScheduleAnyway', 'DoNotSchedule')],
  [/\.(rollingUpdate\.\w+|pdb\.maxUnavailable)$/, share],
  [/\.autoscaling\.kind$/, choice('none', 'hpa', 'keda', 'cpu')],
  [/\.autoscaling\.metrics$/, list(signal)],
  [/\.autoscaling\.(minReplicas|maxReplicas|cpuPercent)$/, whole(1)],
  [/^(drain\.\w+|migrations\.deadlineSeconds|defaults\.probes\.\w+)$/, whole(1)],
  [/\.(replicas|preStopSeconds|drainSeconds|minReadySeconds|revisionHistoryLimit)$/, whole(0)],
  [/^extraObjects$/, list({ type: ['object', 'string'] })],
]

/** The schema that is given for a path, if its default doesn't say enough. */
export function given(path: string): JsonSchema | undefined {
  return GIVEN.find(([pattern]) => pattern.test(path))?.[1]
}
