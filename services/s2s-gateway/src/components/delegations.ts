import { DELEGATION } from '@heliograph/delegation'
import { el, stanza } from '@heliograph/stanza'
import type { ComponentStream } from './component-stream.ts'
import type { Definition } from './definition.ts'

/** Tells a component what each domain has delegated to it (XEP-0355 §4.2); nothing where that is nothing. */
export function advertiseDelegations(stream: ComponentStream, { domain, delegations }: Definition): void {
  if (delegations.length === 0) return
  const delegated = delegations.map(({ namespace, attributes }) =>
    el(
      'delegated',
      { namespace },
      attributes.map((name) => el('attribute', { name })),
    ),
  )
  for (const from of stream.context.hosts.domains) {
    const head = { from, to: domain, id: `delegations-${from}` }
    stream.deliver(stanza('message', head, el('delegation', { xmlns: DELEGATION }, delegated)), () => {})
  }
}
