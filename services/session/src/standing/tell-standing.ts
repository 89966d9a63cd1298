import type { Domain } from '@heliograph/jid'
import { el, type Stanza, stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'
import type { StandingMessage } from './standing-messages.ts'

const SUBJECTS = { motd: 'Message of the day', welcome: 'Welcome' } as const

/** At the login of a client: what is set for the user's domain and the user hasn't had. */
export function tellStanding(context: SessionContext, user: User, resource: Resource): void {
  const { standing, log } = context
  if (standing.stale) standing.reload().catch((error: unknown) => log.warn('standing_messages_unread', { error }))
  const messages = standing.of(user.domain)
  if (messages.length === 0) return
  user.chores.push(async () => {
    try {
      for (const message of messages) await tellOne(context, user, resource, message)
    } catch (error) {
      // The next login tries again.
      log.warn('standing_message_waits', { jid: user.jid, error })
    }
  })
}

async function tellOne(
  context: SessionContext,
  user: User,
  resource: Resource,
  message: StandingMessage,
): Promise<void> {
  const [claimed] = await context.standing.claim(message, [user.jid])
  if (claimed !== undefined) deliverNotice(context, user, [resource], standingNotice(message))
}

export function standingNotice({ domain, kind, id, text }: StandingMessage): Stanza {
  return notice({ domain, subject: SUBJECTS[kind], text, id: `${kind}-${id}` })
}

/** Something that the server says; a headline, so that nobody keeps it (RFC 6121 §5.2.2). */
export function notice({
  domain,
  subject,
  text,
  id,
}: {
  readonly domain: Domain
  readonly subject: string
  readonly text: string
  readonly id: string
}): Stanza {
  const head = { type: 'headline', id, from: domain }
  return stanza('message', head, subject === '' ? undefined : el('subject', null, subject), el('body', null, text))
}

export function deliverNotice(
  context: SessionContext,
  user: User,
  resources: readonly Resource[],
  message: Stanza,
): void {
  user.afterCommit.pass(() => {
    for (const resource of resources) {
      if (!user.resources.includes(resource)) continue
      context.outgoing.deliver(user, resource, message.with({ to: resource.jid }))
    }
  })
}
