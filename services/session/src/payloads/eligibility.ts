import { treatments, wantsStorage } from '@heliograph/archive'
import { isFull } from '@heliograph/jid'
import { NS, type Stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'

const BODY = `{${NS.client}}body`
const STORE = `{${NS.hints}}store`
const EVENT = `{${NS.pubsubEvent}}event`
const NO_COPY = `{${NS.hints}}no-copy`
const PRIVATE = `{${NS.carbons}}private`
const IN_ROOM = `{${NS.mucUser}}x`

/** Whether a message belongs in a user's archive (XEP-0313 §5.1.1, XEP-0334 §4). */
export function isArchivable(message: Stanza): boolean {
  // XEP-0334 §4.4: what asks to be stored is, also news; rooms keep what is said in them.
  if (message.type === 'headline' && !message.has(STORE)) return false
  return message.type !== 'error' && message.type !== 'groupchat' && wantsStorage(message, 'archived')
}

/**
 * Whether a message that nobody can take now waits for a resource (XEP-0160 §3, RFC 6121 §8.5.2.2.1): what may be stored for good, and
 * what may be stored for as long as that takes (XEP-0334 §4.1).
 */
export function isOfflineStorable(message: Stanza): boolean {
  switch (message.type) {
    case 'error':
    case 'headline':
    case 'groupchat':
      return false
  }
  return wantsStorage(message, 'offline')
}

/**
 * Whether a message is copied to the user's other clients: XEP-0280 §6.1, all of it but for errors, which are copied if what they answer
 * was (`isCopiedError`).
 */
export function isCopied(message: Stanza, direction: 'sent' | 'received'): boolean {
  const { type, children } = message
  if (type === 'groupchat' || type === 'error') return false
  // XEP-0334 §4.3
  if (children.includes(PRIVATE) || children.includes(NO_COPY)) return false
  if (children.includes(IN_ROOM)) {
    if (message.child('x', NS.mucUser)?.getChild('invite')) return true
    // What an occupant says to this one alone: each of the user's clients in the room gets it from there.
    if (direction === 'received' && message.from !== undefined && isFull(message.from)) return false
  }
  if (type === 'chat') return true
  return children.some((name) => treatments.get(name)?.copied && !(name === BODY && type === 'headline'))
}

/** Whether a message wakes a user whose clients are away (XEP-0357 §5). */
export function isPushed(message: Stanza): boolean {
  const { type, children } = message
  if (type === 'error') return false
  return children.some((name) => treatments.get(name)?.pushed) || (isFromRoom(message) && saysMuch(message))
}

/** Whether it is what a room says to those who follow it without being there (MUC/Sub): an event that is to be stored, which others are not. */
export function isFromRoom({ name, children }: Stanza): boolean {
  return name === 'message' && children.includes(EVENT) && children.includes(STORE)
}

function saysMuch(message: Stanza): boolean {
  const item = message.child('event', NS.pubsubEvent)?.getChild('items')?.getChild('item')
  const said = item?.getChild('message', NS.client) as Element | undefined
  return (
    said?.getChildElements().some((child) => treatments.get(`{${child.getNS()}}${child.getName()}`)?.pushed) === true
  )
}

/** Whether a message says nothing that an inactive client must hear at once (XEP-0352); `own`: it tells of another of the user's clients. */
export function mayWait(message: Stanza, own: boolean): boolean {
  const { type, children } = message
  if (isFromRoom(message)) return false
  let says = false
  for (const name of children) {
    const waits = treatments.get(name)?.waits ?? 'no'
    if (waits === 'no' || (waits === 'others' && own)) return false
    says ||= waits !== 'along'
  }
  return says && type !== 'error'
}
