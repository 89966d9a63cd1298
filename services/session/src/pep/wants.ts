import type { Able } from '../capabilities/client-capabilities.ts'
import type { SessionContext } from '../context.ts'

const NOTIFY = '+notify'

/** Whether a client is there and wants to hear of that node, by what it has proven to be able to do (XEP-0163 §4.3, XEP-0060 §9.2). */
export function wants(
  { capabilities }: Pick<SessionContext, 'capabilities'>,
  resource: Able & { readonly available: boolean },
  node: string,
): boolean {
  return resource.available && capabilities.featuresOf(resource)?.has(node + NOTIFY) === true
}

/** The nodes that features ask for. */
export function wantedIn(features: Iterable<string>): string[] {
  return [...features].filter((feature) => feature.endsWith(NOTIFY)).map((feature) => feature.slice(0, -NOTIFY.length))
}
