/**
 * Bodies of the operations between edges and owners of users. Contract: proto/heliograph/v1/session.proto; encoded by the codecs in
 * `codecs.ts`. Fields are only ever added.
 */

/** `open`: an authenticated stream asks to bind a resource (RFC 6120 §7). */
export interface Open {
  /** Requested resource, '' for one made by the server. */
  resource: string
  /** Client's address, for the session list. */
  address: string
  secure: boolean
  mechanism: string
  transport: string
  /** Names an installation of a client: its resources end with this, and give way to the new one (XEP-0386 §3.2). '' for none. */
  client: string
  /** The client fetches what is in the archive by itself and asks how far that goes: of what waits for it, it needs nothing that is there. */
  fetches: boolean
  /** Stream management from the start, with what `enable` would say. */
  manage: boolean
  resume: boolean
  max: number
  /** Copies of what the user's other resources send and get, from the start (XEP-0280). */
  copies: boolean
}

/** An `open` without all that XEP-0386 brings. */
export const PLAIN_OPEN = { client: '', fetches: false, manage: false, resume: false, max: 0, copies: false } as const

/** `opened`: bound. */
export interface Opened {
  jid: string
  /** Id of the ingress stream: with the stanza count it makes ingress ids. Unguessable. */
  stream: string
  /** Highest archive id that is of no concern to this session: what comes later is. */
  lastId: number
  /** Stream management has begun, with what `enabled` would say. */
  managed: boolean
  smId: string
  max: number
  /** It is known how far the archive goes: archive ids of its first and last message, 0 where there is none. */
  extent: boolean
  firstMessage: number
  lastMessage: number
}

/** An `opened` without all that XEP-0386 brings. */
export const PLAIN_OPENED = {
  managed: false,
  smId: '',
  max: 0,
  extent: false,
  firstMessage: 0,
  lastMessage: 0,
} as const

/** `refused`: open or resume failed with this stanza error condition. */
export interface Refused {
  condition: string
  text: string
  /** `resume`: count of stanzas handled in the stream that can't be resumed, if known (XEP-0198 §5), else -1. */
  h: number
}

/** `enable`: stream management from here on; counts start at the stanza that follows (XEP-0198 §3). */
export interface Enable {
  resume: boolean
  /** Seconds the client prefers for resumption, 0 for the server's. */
  max: number
}

export interface Enabled {
  /** SM-ID, '' when resumption isn't given. */
  id: string
  max: number
}

/** `resume`: a client wants stream `previd` back on this connection; it has handled `h` stanzas (XEP-0198 §5). */
export interface Resume {
  previd: string
  h: number
  address: string
  secure: boolean
  mechanism: string
  transport: string
}

/** `resumed`: followed by `deliver` for each unacknowledged stanza. */
export interface Resumed {
  jid: string
  stream: string
  previd: string
  /** Stanzas of the client's in custody since `enable`. */
  h: number
  /** Ingress count at `enable`; `h + base` is the ingress count the next stanza follows. */
  base: number
  max: number
  /** Highest archive id handed to the session so far. */
  lastId: number
}

/** `announce`: an edge tells a new owner what it holds of a connection. `unacked` envelopes and stanzas not in custody follow. */
export interface Announce {
  jid: string
  stream: string
  /** SM-ID, '' without stream management. */
  smId: string
  resume: boolean
  max: number
  /** Ingress count at `enable`, and the ingress count in custody as far as the edge was told. */
  base: number
  custody: number
  /** Outbound count since `enable` that the client has acknowledged, and how many `unacked` envelopes follow. */
  acked: number
  unacked: number
  /** Highest archive id delivered to this connection. */
  lastId: number
  address: string
  secure: boolean
  mechanism: string
  transport: string
  /** The client said so last (XEP-0352). */
  inactive: boolean
}

/** `closed`: the connection is gone. `lost`: without `</stream:stream>`, so it may be resumed. */
export interface Closed {
  lost: boolean
}

/** `shape`: the user sends more than he may. Nothing is to be read of this connection for so long. */
export interface Shape {
  ms: number
}

/** `disconnect`: close the stream with this stream error ('' for none). */
export interface Disconnect {
  condition: string
  text: string
}

/** `route` to a node of an account: what its owner knows of who asks. He alone brings such requests to it. `relation`: what has become of a contact. */
export interface Asker {
  /** The account itself asks. */
  own: boolean
  /** He sees the account's presence. */
  subscriber: boolean
  /** Groups of the account's roster that he is in, separated by NUL. */
  groups: string
  /** Full JIDs of the account's clients that he may be told of, separated by NUL. */
  resources: string
}

/**
 * `news`: what happened at a node of an account, first to the account's owner, then to its fan-out: for its own clients, and those of its contacts,
 * that want to hear of that node. `notify`: the same, to the owners of its contacts.
 */
export interface News {
  node: string
  /** Who may hear of it: `all` that see the account's presence, or those in `groups`, but for the `recipients`; only the `recipients` (`listed`); `nobody` else. */
  audience: string
  /** Separated by NUL. */
  groups: string
}

/** `interest`: a client is there and wants to hear of some nodes, of its own account and of accounts whose presence it sees. */
export interface Interest {
  /** Full JID. */
  client: string
  /** Only of this account; '' for all. */
  account: string
}
