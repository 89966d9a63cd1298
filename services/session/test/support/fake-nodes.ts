import type { BareJid } from '@heliograph/jid'
import {
  el,
  errorReply,
  formElement,
  iqGet,
  iqResult,
  iqSet,
  NS,
  readForm,
  type Stanza,
  stanzaError,
} from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { SessionContext } from '../../src/context.ts'
import { ROMEO } from './people.ts'

interface FakeNode {
  access: string
  readonly items: Map<string, Element>
}

/** Nodes of an account in memory, as far as the account asks them by itself. */
export class FakeNodes {
  readonly nodes = new Map<string, FakeNode>()
  /** What was done, as `publish NODE ID` and `retract NODE ID`. */
  readonly done: string[] = []

  readonly ownRequests = {
    ask: (_user: unknown, type: 'get' | 'set', payload: Element): Promise<Stanza> => {
      const head = { id: '1', from: ROMEO as BareJid as never, to: ROMEO as BareJid as never }
      const request = type === 'get' ? iqGet(head, payload) : iqSet(head, payload)
      return Promise.resolve(this.#answer(request))
    },
  } as unknown as SessionContext['ownRequests']

  idsOf(node: string): string[] {
    return [...(this.nodes.get(node)?.items.keys() ?? [])]
  }

  #answer(request: Stanza): Stanza {
    const pubsub = request.element.getChildElements()[0] as Element
    const asked = pubsub.getChildElements()[0] as Element
    const name = asked.attrs.node ?? ''
    const node = this.nodes.get(name)
    if (asked.name === 'publish') return this.#publish(request, asked, name)
    if (!node) return errorReply(request, stanzaError('item-not-found'))!
    if (asked.name === 'configure') {
      const fields = [{ var: 'pubsub#access_model', values: [node.access] }]
      const form = formElement({ type: 'form', formType: NS.pubsubNodeConfig, fields })
      return iqResult(request, el('pubsub', { xmlns: NS.pubsubOwner }, el('configure', { node: name }, form)))
    }
    const ids = asked.getChildren('item').map(({ attrs }) => attrs.id ?? '')
    if (asked.name === 'retract') {
      for (const id of ids) {
        node.items.delete(id)
        this.done.push(`retract ${name} ${id}`)
      }
      return iqResult(request)
    }
    const all = [...node.items].filter(([id]) => ids.length === 0 || ids.includes(id))
    const from = Number(pubsub.getChild('set')?.getChildText('index') ?? 0)
    const items = all.slice(from, from + 100).map(([id, payload]) => el('item', { id }, payload))
    const set = el('set', { xmlns: NS.rsm }, el('count', null, all.length))
    return iqResult(request, el('pubsub', { xmlns: NS.pubsub }, el('items', { node: name }, items), set))
  }

  #publish(request: Stanza, asked: Element, name: string): Stanza {
    const x = (asked.parent as Element).getChild('publish-options')?.getChild('x', NS.dataForms) as Element | undefined
    const wanted = x && readForm(x)?.fields.find((field) => field.var === 'pubsub#access_model')?.values?.[0]
    const node = this.nodes.get(name) ?? { access: wanted ?? 'presence', items: new Map<string, Element>() }
    if (wanted !== undefined && wanted !== node.access) return errorReply(request, stanzaError('conflict'))!
    this.nodes.set(name, node)
    const item = asked.getChild('item') as Element
    node.items.delete(item.attrs.id ?? '')
    node.items.set(item.attrs.id ?? '', item.getChildElements()[0] as Element)
    this.done.push(`publish ${name} ${item.attrs.id}`)
    return iqResult(request)
  }
}

/** Private XML and vCards in memory. */
export function fakeTables() {
  const privately = new Map<string, string>()
  const vcards = new Map<string, string>()
  const query = (name: string, _sql: string, params: readonly unknown[]) => {
    if (name === 'private_put')
      for (const [at, key] of (params[1] as string[]).entries()) privately.set(key, (params[2] as string[])[at]!)
    if (name === 'vcard_put') vcards.set(String(params[0]), String(params[2]))
    const rows =
      name === 'private_get'
        ? [privately.get(String(params[1]))].filter((xml) => xml !== undefined).map((xml) => ({ xml }))
        : name === 'vcard_get'
          ? [vcards.get(String(params[0]))].filter((xml) => xml !== undefined).map((xml) => ({ xml }))
          : [{ fits: true }]
    return Promise.resolve({ rows, count: rows.length })
  }
  const fencedWrite = <T>(work: (tx: { query: typeof query }) => Promise<T>) => work({ query })
  return { privately, vcards, db: { query, fencedQuery: query, fencedWrite } as unknown as SessionContext['db'] }
}
