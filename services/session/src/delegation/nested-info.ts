import { accountNode, isRemaining, serverNode } from '@heliograph/delegation'
import type { Module, Registry } from '@heliograph/module'
import { NS, Stanza } from '@heliograph/stanza'
import type { Logger } from '@heliograph/telemetry'
import { type Element, EMPTY_SCOPE } from '@heliograph/xml'
import { type DiscoInfo, readDisco } from '../capabilities/disco-info.ts'
import { hashSetInput } from '../capabilities/hash-set-input.ts'
import { verificationInput } from '../capabilities/verification-string.ts'
import type { SessionConfig } from '../config.ts'
import type { IqContext } from '../modules/iq-context.ts'

type Host = 'server' | 'account'
type Delegations = SessionConfig['delegations']

/** Identities of what a namespace stands for. */
const CATEGORIES: Readonly<Record<string, string>> = { [NS.pubsub]: 'pubsub' }

/** What components say of what is delegated to them, in the place of what the server would say (XEP-0355 §7.2). Kept until they say something else. */
export class NestedInfo {
  readonly #delegations: Delegations
  readonly #modules: readonly Module<IqContext>[]
  readonly #log: Logger
  /** By node. */
  readonly #said = new Map<string, { readonly xml: string; readonly info: DiscoInfo }>()
  #version = 0

  constructor(delegations: Delegations, { modules }: Pick<Registry<IqContext>, 'modules'>, log: Logger) {
    this.#delegations = delegations
    this.#modules = modules
    this.#log = log
  }

  /** Another one each time that something else is known. */
  get version(): number {
    return this.#version
  }

  /** What a component answered, as a gateway tells it. What it was not asked, or is none, counts for nothing. */
  learn(bytes: Buffer): void {
    const answer = Stanza.parse(bytes, EMPTY_SCOPE)
    const query = answer?.child('query', NS.discoInfo) as Element | undefined
    const node = query?.attrs.node ?? ''
    if (answer === undefined || query === undefined || !this.#isOf(answer.from, node)) return
    const info = readDisco(query)
    if (info === undefined || !hasHashes(info))
      return this.#log.warn('nested_info_refused', { domain: answer.from, node })
    const xml = query.toString()
    if (this.#said.get(node)?.xml === xml) return
    this.#said.set(node, { xml, info })
    this.#version++
  }

  /** What an entity is, with that of components in the place of its own. */
  into(host: Host, own: DiscoInfo): DiscoInfo {
    const namespaces = [...this.#delegations.keys()].filter((namespace) => !isRemaining(namespace))
    if (namespaces.length === 0) return own
    const theirs = namespaces.flatMap((namespace) => {
      const said = this.#said.get(host === 'server' ? serverNode(namespace) : accountNode(namespace))
      return said ? [said.info] : []
    })
    const gone = new Set(
      this.#modules.filter((module) => answers(module, host, namespaces)).flatMap((it) => it.features[host] ?? []),
    )
    const isTheirs = (name: string) =>
      namespaces.some((namespace) => name === namespace || name.startsWith(`${namespace}#`))
    const categories = namespaces.map((namespace) => CATEGORIES[namespace])
    const features = own.features.filter((feature) => !gone.has(feature) && !isTheirs(feature))
    // §7.2.3: "internal extensions MUST be removed and extensions of managing entity MUST be included instead"
    const forms = own.forms.filter(({ formType }) => !isTheirs(formType ?? ''))
    const identities = own.identities.filter(({ category }) => !categories.includes(category))
    return {
      identities: withoutTwins([...identities, ...theirs.flatMap((it) => it.identities)]),
      features: [...new Set([...features, ...theirs.flatMap((it) => it.features)])].sort(),
      forms: [...forms, ...theirs.flatMap((it) => it.forms).filter(isFirstOf(forms))],
    }
  }

  #isOf(from: string | undefined, node: string): boolean {
    for (const [namespace, { component }] of this.#delegations)
      if (node === serverNode(namespace) || node === accountNode(namespace)) return component === from
    return false
  }
}

/** Nothing can be said that would have no hash (XEP-0115 §5.4, XEP-0390 §4.1). */
function hasHashes(info: DiscoInfo): boolean {
  return verificationInput(info) !== undefined && hashSetInput(info) !== undefined
}

/** Whether it is what the server has for one of those namespaces: then none of its features are there. */
function answers({ iq }: Module<IqContext>, host: Host, namespaces: readonly string[]): boolean {
  return iq.some(
    ({ entity, payload }) => entity === host && namespaces.some((namespace) => payload.startsWith(`{${namespace}}`)),
  )
}

/** XEP-0115 §5.4 rule 3.3: no two are the same. */
function withoutTwins(identities: DiscoInfo['identities']): DiscoInfo['identities'] {
  const byKey = new Map(identities.map((it) => [[it.category, it.type, it.lang, it.name].join('\0'), it]))
  return [...byKey.values()]
}

/** XEP-0128 §3: one form of a type. */
function isFirstOf(present: DiscoInfo['forms']): (form: DiscoInfo['forms'][number]) => boolean {
  const types = new Set(present.map(({ formType }) => formType))
  return ({ formType }) => {
    const isFirst = !types.has(formType)
    types.add(formType)
    return isFirst
  }
}
