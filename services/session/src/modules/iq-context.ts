import type { Outcome } from '@heliograph/module'
import type { SessionContext } from '../context.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'

/** What a module's IQ handler gets beside the request. */
export interface IqContext {
  readonly session: SessionContext
  /** The account addressed (or asking, for requests to the server). */
  readonly user: User
  /** The asking client when it is one of `user`'s own, undefined for requests from others. */
  readonly resource: Resource | undefined
  /** Runs work that needs the database in the user's order of chores, outside the mailbox. */
  readonly chore: <T>(work: () => Promise<T>) => Promise<T>
  /** Brings the request to the owner of the account's nodes, who answers it. */
  readonly bringToNodes: () => Outcome
  /** Has the component answer that this namespace is delegated to; undefined where it is to none. */
  readonly delegate: (namespace: string) => Promise<Outcome> | undefined
}
