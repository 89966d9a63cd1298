import { createHash } from 'node:crypto'
import type { BareJid } from '@heliograph/jid'
import { NS } from '@heliograph/stanza'
import { escapeAttribute } from '@heliograph/xml'

/** A title that a room gives to some of its users (XEP-0317). */
export interface Hat {
  readonly uri: string
  readonly title: string
  /** Angle of its colour in degrees. */
  readonly hue?: string | undefined
  /** That of the title: of whoever gave it. */
  readonly lang?: string | undefined
}

/** As they are kept: the hats of a room, and by bare JID the URIs of those that somebody wears. JSON; fields are only ever added. */
export interface StoredHats {
  readonly hats: readonly Hat[]
  readonly worn: Readonly<Record<string, readonly string[]>>
}

/** Of one room. */
export const HATS_MAX = 50
/** Of one user: they are in each of his presences. */
export const WORN_MAX = 10
/** Given in one room, and the characters of who wears which: all of them are in one answer and in one row. */
export const GIVEN_MAX = 1_000
export const GIVEN_CHARACTERS_MAX = 262_144

export const HATS = `{${NS.mucHats}}hats`

/** The hats of a room and who wears them. Immutable; a change that would be too much is undefined. */
export class RoomHats {
  static readonly none = new RoomHats([], new Map())
  readonly list: readonly Hat[]
  readonly worn: ReadonlyMap<BareJid, readonly string[]>

  private constructor(list: readonly Hat[], worn: ReadonlyMap<BareJid, readonly string[]>) {
    this.list = list
    this.worn = worn
  }

  static of(stored: StoredHats | undefined): RoomHats {
    if (stored === undefined) return RoomHats.none
    return new RoomHats(stored.hats, new Map(Object.entries(stored.worn) as [BareJid, readonly string[]][]))
  }

  get stored(): StoredHats {
    return { hats: this.list, worn: Object.fromEntries(this.worn) }
  }

  /** Tells whether the list is still the one that somebody knows (§2); undefined: there is none. */
  get hash(): string | undefined {
    if (this.list.length === 0) return undefined
    return createHash('sha1').update(JSON.stringify(this.list)).digest('hex')
  }

  named(uri: string): Hat | undefined {
    return this.list.find((hat) => hat.uri === uri)
  }

  of(user: BareJid): readonly Hat[] {
    const uris = this.worn.get(user)
    return uris === undefined ? [] : this.list.filter(({ uri }) => uris.includes(uri))
  }

  wearersOf(wanted: string): BareJid[] {
    return [...this.worn].filter(([, uris]) => uris.includes(wanted)).map(([user]) => user)
  }

  /** With that hat, or with that instead of the one of its URI; the same where nothing changes. */
  put(hat: Hat): RoomHats | undefined {
    const known = this.named(hat.uri)
    if (known?.title === hat.title && known.hue === hat.hue && known.lang === hat.lang) return this
    if (known === undefined && this.list.length >= HATS_MAX) return undefined
    const list = known ? this.list.map((each) => (each.uri === hat.uri ? hat : each)) : [...this.list, hat]
    return new RoomHats(list, this.worn)
  }

  /** Nobody wears it any more, either. */
  destroy(gone: string): RoomHats {
    let rest: RoomHats = this
    for (const user of this.wearersOf(gone)) rest = rest.take(user, gone)
    return new RoomHats(
      this.list.filter(({ uri }) => uri !== gone),
      rest.worn,
    )
  }

  /** The same where he wears it already. */
  give(user: BareJid, uri: string): RoomHats | undefined {
    const uris = this.worn.get(user) ?? []
    if (uris.includes(uri)) return this
    if (uris.length >= WORN_MAX || !this.#hasRoomFor(user, uri)) return undefined
    return new RoomHats(this.list, new Map(this.worn).set(user, [...uris, uri]))
  }

  #hasRoomFor(user: BareJid, uri: string): boolean {
    let given = 1
    let characters = user.length + uri.length
    for (const [wearer, uris] of this.worn) {
      given += uris.length
      for (const each of uris) characters += wearer.length + each.length
    }
    return given <= GIVEN_MAX && characters <= GIVEN_CHARACTERS_MAX
  }

  /** He wears none any more. */
  without(user: BareJid): RoomHats {
    if (!this.worn.has(user)) return this
    const worn = new Map(this.worn)
    worn.delete(user)
    return new RoomHats(this.list, worn)
  }

  take(user: BareJid, gone: string): RoomHats {
    const rest = (this.worn.get(user) ?? []).filter((uri) => uri !== gone)
    const worn = new Map(this.worn)
    if (rest.length === 0) worn.delete(user)
    else worn.set(user, rest)
    return new RoomHats(this.list, worn)
  }

  /** `<hats/>` of a user as text (§3.1); empty where he wears none. */
  xmlOf(user: BareJid): string {
    if (this.worn.size === 0) return ''
    const hats = this.of(user).map(({ uri, title, hue, lang }) => {
      const colour = hue === undefined ? '' : ` hue='${escapeAttribute(hue)}'`
      const language = lang === undefined ? '' : ` xml:lang='${escapeAttribute(lang)}'`
      return `<hat title='${escapeAttribute(title)}' uri='${escapeAttribute(uri)}'${colour}${language}/>`
    })
    return hats.length === 0 ? '' : `<hats xmlns='${NS.mucHats}'>${hats.join('')}</hats>`
  }
}
