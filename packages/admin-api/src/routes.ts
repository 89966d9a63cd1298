import {
  type CallOptions,
  type Contract,
  type DescribedMethod,
  describeContract,
  type HttpRoute,
} from '@heliograph/rpc'
import { Problem } from './problem.ts'

type Call = (request: unknown, options?: CallOptions) => Promise<unknown>

/** A gRPC service, and whom to call for a request. */
export interface AdminService {
  readonly contract: Contract<unknown>
  /** A client of the contract; undefined where nobody answers. `safe`: the call changes nothing, so that it may reach two instances. */
  target(request: Readonly<Record<string, unknown>>, safe: boolean): object | undefined
}

/** A method with a route. */
export interface Route {
  readonly service: AdminService
  readonly method: DescribedMethod
  readonly http: HttpRoute
  /** Of the path; `{name}` for a field. */
  readonly segments: readonly string[]
}

/** What was asked for: a route, and the fields that its path gave. */
export interface Found {
  readonly route: Route
  readonly fields: Readonly<Record<string, string>>
}

export function routesOf(services: readonly AdminService[]): Route[] {
  return services.flatMap((service) =>
    describeContract(service.contract).flatMap((method) =>
      method.route === undefined
        ? []
        : [{ service, method, http: method.route, segments: method.route.path.slice(1).split('/') }],
    ),
  )
}

/** @throws Problem 404 where nothing is, 405 where nothing is for this verb */
export function findRoute(routes: readonly Route[], verb: string, path: string): Found {
  const given = path.slice(1).split('/')
  const matching = routes.flatMap((route) => {
    const fields = match(route.segments, given)
    return fields === undefined ? [] : [{ route, fields }]
  })
  const found = matching.find(({ route }) => route.http.method === verb)
  if (found !== undefined) return found
  if (matching.length === 0) throw new Problem(404, { detail: 'there is nothing at this path: see /v1/openapi.json' })
  const allow = matching.map(({ route }) => route.http.method).join(', ')
  throw new Problem(405, { detail: `it takes ${allow}`, headers: { allow } })
}

/** Calls the method and gives its reply. */
export async function perform(
  { service, method, http }: Route,
  request: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const safe = http.method === 'GET'
  const client = service.target(request, safe) as Readonly<Record<string, Call>> | undefined
  if (client === undefined) throw new Problem(404, { condition: 'item-not-found', detail: 'there is no such instance' })
  return client[method.name]!(request, { timeoutMs: safe ? READ_MS : CHANGE_MS })
}

const READ_MS = 30_000
/** A room with a long archive may be moved. */
const CHANGE_MS = 600_000

function match(segments: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (segments.length !== given.length) return undefined
  const fields: Record<string, string> = {}
  for (const [at, segment] of segments.entries()) {
    const text = given[at]!
    if (segment.startsWith('{')) fields[segment.slice(1, -1)] = decoded(text)
    else if (segment !== text) return undefined
  }
  return fields
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Problem(400, { detail: 'the path is not well encoded' })
  }
}
