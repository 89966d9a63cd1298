import type { Chance } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'

const MOST = 3_000

/** Values that servers have stumbled over. */
const ODD_VALUES: readonly string[] = [
  ...[
    '',
    ' ',
    '0',
    '-1',
    '1',
    '4294967296',
    '9007199254740993',
    '-9223372036854775809',
    '1e309',
    'NaN',
    '0x10',
    '٣',
    '007',
  ],
  ...['true', 'false', 'none', 'both', 'remove', 'submit', 'cancel', 'form', 'result', 'owner', 'outcast', 'moderator'],
  ...['1970-01-01T00:00:00Z', '2026-13-45T99:99:99Z', '0000-00-00', '+275760-09-13T00:00:00.001Z', '20020910T23:08:25'],
  ...[
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'null',
    'undefined',
    '[object Object]',
    '%00',
    '%s',
    '*',
  ],
  ...[
    "'; drop table accounts; --",
    '\\',
    '\\\\u0000',
    '"',
    "'",
    '<',
    '&amp;',
    ']]>',
    '{}',
    '[]',
    '$1',
    '../../etc/passwd',
  ],
  ...[
    '@',
    '/',
    'a@',
    '@b',
    'a@b@c',
    'a//b',
    'a@b/',
    'xn--',
    '[::1]',
    'ﬁ@ﬁ',
    '\u202egnp',
    '\u0345',
    'ß',
    '💬',
    '\u{10ffff}',
    '\t\n\r',
  ],
  ...['x'.repeat(1_023), 'x'.repeat(1_024), 'é'.repeat(600), 'y'.repeat(20_000), 'QUJD', 'QUJD=', '===='],
  ...[
    'en',
    'de-CH-1996',
    'http://example.org/',
    'xmpp:a@b?;node=c',
    'data:,',
    'cid:sha1+0@bob.xmpp.org',
    'sha-1',
    'text/plain',
  ],
]

export const pick = <T>(chance: Chance, from: readonly T[]): T => from[chance(from.length)]!

/** A list without repetitions that forgets at random when it is full. */
class Bag {
  readonly items: string[] = []
  readonly #known = new Set<string>()

  add(item: string, chance: Chance): void {
    if (this.#known.has(item)) return
    this.#known.add(item)
    if (this.items.length < MOST) this.items.push(item)
    else {
      const at = chance(MOST)
      this.#known.delete(this.items[at]!)
      this.items[at] = item
    }
  }
}

/** What stanzas are made of. It learns from what the server says, so that what is new there is spoken to in its own words. */
export class Words {
  readonly #chance: Chance
  readonly #names = new Bag()
  readonly #attributes = new Bag()
  readonly #namespaces = new Bag()
  readonly #values = new Bag()

  constructor(chance: Chance, namespaces: Iterable<string>) {
    this.#chance = chance
    for (const value of ODD_VALUES) this.#values.add(value, chance)
    for (const namespace of ['', 'jabber:client', 'urn:nobody', ...namespaces]) this.#namespaces.add(namespace, chance)
    for (const name of ['x', 'query', 'item', 'field', 'value', 'set', 'body']) this.#names.add(name, chance)
    for (const name of ['node', 'jid', 'type', 'id', 'var', 'xml:lang']) this.#attributes.add(name, chance)
  }

  learn(element: Element): void {
    const chance = this.#chance
    this.#names.add(element.getName(), chance)
    for (const [name, value] of Object.entries(element.attrs)) {
      if (name === 'xmlns') this.#namespaces.add(String(value), chance)
      else if (!name.startsWith('xmlns:')) {
        this.#attributes.add(name, chance)
        this.#values.add(String(value), chance)
      }
    }
    for (const child of element.children) {
      if (typeof child !== 'string') this.learn(child as Element)
      else if (child.length < 2_000) this.#values.add(child, chance)
    }
  }

  get name(): string {
    return pick(this.#chance, this.#names.items)
  }

  get attribute(): string {
    return pick(this.#chance, this.#attributes.items)
  }

  get namespace(): string {
    return pick(this.#chance, this.#namespaces.items)
  }

  /** Odd ones are worth as much as all that was learned. */
  get value(): string {
    return pick(this.#chance, this.#chance(2) === 0 ? ODD_VALUES : this.#values.items)
  }
}
