import type { BareJid, FullJid } from '@heliograph/jid'
import { partitionOf } from '@heliograph/ownership'
import { NS, Stanza } from '@heliograph/stanza'
import { scopeOf } from '@heliograph/xml'
import { Resource } from '../../src/users/resource.ts'
import { User } from '../../src/users/user.ts'

export const ROMEO = 'romeo@montague.example' as BareJid

export function stanza(xml: string): Stanza {
  return Stanza.parse(Buffer.from(xml), scopeOf(NS.client))!
}

/** A user that nothing happens to by itself. */
export function makeUser(jid: BareJid = ROMEO): User {
  return new User(jid, partitionOf(jid), { handle: () => {}, failed: () => {}, bound: 100 })
}

let connections = 0

/** A session of the user; available with that priority, unless none is given. */
export function addResource(user: User, name: string, priority?: number): Resource {
  connections++
  const resource = new Resource({
    jid: `${user.jid}/${name}` as FullJid,
    name,
    stream: `stream-${name}`,
    edge: 'connection-manager-1',
    conn: connections,
    origin: { address: '127.0.0.1', secure: true, mechanism: 'PLAIN', transport: 'tcp' },
    received: 0,
    since: 0,
    custodyAdvanced: () => {},
  })
  if (priority !== undefined) {
    resource.presence = stanza(`<presence from='${resource.jid}'><priority>${priority}</priority></presence>`)
    resource.priority = priority
  }
  user.resources.push(resource)
  return resource
}
