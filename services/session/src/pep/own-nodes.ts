import { el, formElement, NS, readError, readForm, type Stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { SessionContext } from '../context.ts'
import type { User } from '../users/user.ts'
import { NodesSilent } from './own-requests.ts'

const PAGE = 100
const ITEMS_MAX = 2_000

/** For the account alone, everything kept (XEP-0223). */
export const PRIVATE = {
  access_model: 'whitelist',
  persist_items: 'true',
  max_items: 'max',
  send_last_published_item: 'never',
} as const
/** For everybody (XEP-0222). */
const PUBLIC = { access_model: 'open' } as const

export interface OwnItem {
  readonly node: string
  readonly id: string
  readonly payload: Element
  /** Publish-options. */
  readonly options?: Readonly<Record<string, string>>
}

type Asking = Pick<SessionContext, 'ownRequests'>

/** `<item/>` elements, the oldest first, or those of an id; undefined where there is no such node. @throws NodesSilent */
export async function itemsOf(
  { ownRequests }: Asking,
  user: User,
  node: string,
  id?: string,
): Promise<Element[] | undefined> {
  const found: Element[] = []
  while (found.length < ITEMS_MAX) {
    const wanted = id === undefined ? [] : [el('item', { id })]
    const set = el('set', { xmlns: NS.rsm }, el('max', null, PAGE), el('index', null, found.length))
    const pubsub = el('pubsub', { xmlns: NS.pubsub }, el('items', { node }, wanted), id === undefined ? set : null)
    const answer = await ownRequests.ask(user, 'get', pubsub)
    if (answer.type === 'error') return absentOr(answer)
    const result = answer.child('pubsub', NS.pubsub)
    const items = (result?.getChild('items', NS.pubsub)?.getChildren('item', NS.pubsub) ?? []) as Element[]
    found.push(...items)
    const count = Number(result?.getChild('set', NS.rsm)?.getChildText('count', NS.rsm) ?? found.length)
    if (id !== undefined || items.length === 0 || found.length >= count) break
  }
  return found
}

function absentOr(answer: Stanza): undefined {
  const condition = readError(answer)?.condition
  if (condition === 'item-not-found') return undefined
  throw new NodesSilent(`items of an own node were refused: ${condition}`)
}

/** False when the node is otherwise than the options say, or doesn't take it. @throws NodesSilent */
export async function publishOwn({ ownRequests }: Asking, user: User, item: OwnItem): Promise<boolean> {
  const { node, id, payload, options } = item
  const fields = Object.entries(options ?? {}).map(([name, value]) => ({ var: `pubsub#${name}`, values: [value] }))
  const form = options && formElement({ type: 'submit', formType: NS.pubsubPublishOptions, fields })
  const pubsub = el(
    'pubsub',
    { xmlns: NS.pubsub },
    el('publish', { node }, el('item', { id }, payload)),
    form ? el('publish-options', null, form) : null,
  )
  return (await ownRequests.ask(user, 'set', pubsub)).type === 'result'
}

/** For everybody; but a node that is there stays as it is. @throws NodesSilent */
export async function publishOpen(context: Asking, user: User, item: OwnItem): Promise<boolean> {
  return (await publishOwn(context, user, { ...item, options: PUBLIC })) || publishOwn(context, user, item)
}

/** @throws NodesSilent */
export async function retractOwn(
  { ownRequests }: Asking,
  user: User,
  node: string,
  ids: readonly string[],
): Promise<void> {
  const items = ids.map((id) => el('item', { id }))
  await ownRequests.ask(user, 'set', el('pubsub', { xmlns: NS.pubsub }, el('retract', { node, notify: 'true' }, items)))
}

/** Undefined where there is no such node. @throws NodesSilent */
export async function accessOf({ ownRequests }: Asking, user: User, node: string): Promise<string | undefined> {
  const answer = await ownRequests.ask(user, 'get', el('pubsub', { xmlns: NS.pubsubOwner }, el('configure', { node })))
  const x = answer.child('pubsub', NS.pubsubOwner)?.getChild('configure', NS.pubsubOwner)?.getChild('x', NS.dataForms)
  const form = x && readForm(x as Element)
  return form?.fields.find((field) => field.var === 'pubsub#access_model')?.values?.[0]
}
