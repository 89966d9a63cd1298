import { Kind } from '@heliograph/bus'
import { bareOf, type Domain, domainOf, type Jid, localOf } from '@heliograph/jid'

/** What the cluster serves under a domain, and so which kind of owner an address has. */
export class Hosts {
  readonly #kinds = new Map<string, Kind>()
  readonly #uploads = new Set<string>()
  #components: readonly Domain[] = []
  #domains: readonly Domain[] = []

  /**
   * `domains` are the XMPP domains served; rooms, nodes live under `conference.` and `pubsub.` of each, files under `upload.`. `components` are
   * served by external components, which are reached like other servers.
   */
  constructor(domains: readonly Domain[], components: readonly Domain[] = []) {
    this.grow(domains, components)
  }

  /** The first one is the default domain. */
  get domains(): readonly Domain[] {
    return this.#domains
  }

  /** From now on these are served: all that were before, and others. */
  grow(domains: readonly Domain[], components: readonly Domain[] = []): void {
    this.#domains = domains
    this.#components = components
    for (const domain of domains) {
      this.#kinds.set(domain, Kind.user)
      this.#kinds.set(`conference.${domain}`, Kind.room)
      this.#kinds.set(`pubsub.${domain}`, Kind.node)
      // Any owner of users speaks for it, as for the domain itself.
      this.#kinds.set(uploadOf(domain), Kind.user)
      this.#uploads.add(uploadOf(domain))
    }
  }

  /** `Kind.domain` for everything that isn't served here: other servers, components. */
  kindOf(jid: Jid): Kind {
    return this.#kinds.get(domainOf(jid)) ?? Kind.domain
  }

  /** Addresses of the services under a domain, as `disco#items` lists them. */
  services(domain: Domain): readonly Domain[] {
    const own = [...this.#kinds].filter(([, kind]) => kind !== Kind.user).map(([name]) => name as Domain)
    return [...own, ...this.#components].filter((name) => name.endsWith(`.${domain}`))
  }

  isLocalUser(jid: Jid): boolean {
    return localOf(jid) !== '' && this.kindOf(jid) === Kind.user && !this.#uploads.has(domainOf(jid))
  }

  /** Whether it is the address where users of a domain ask for room for files. */
  isUpload(jid: Jid): boolean {
    return this.#uploads.has(jid)
  }

  /** The mailbox key of an address; for other domains the (local, remote) pair, because one owner holds the streams of a pair. */
  keyOf(jid: Jid, from: Jid): string {
    return this.kindOf(jid) === Kind.domain ? pairKey(domainOf(from), domainOf(jid)) : bareOf(jid)
  }
}

/** Where users of a domain ask for room for files. */
export function uploadOf(domain: Domain): Domain {
  return `upload.${domain}` as Domain
}

/** Where users of a domain find its proxy for bytestreams. */
export function proxyOf(domain: Domain): Domain {
  return `proxy.${domain}` as Domain
}

/** Key of a (local, remote) domain pair. A space occurs in no domain. */
export function pairKey(local: Domain, remote: Domain): string {
  return `${local} ${remote}`
}
