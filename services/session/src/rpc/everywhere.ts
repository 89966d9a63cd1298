import { Kind } from '@heliograph/bus'
import { type Admin, adminContract, type RpcClient } from '@heliograph/rpc'
import type { SessionContext } from '../context.ts'

/** Asks every session instance, this one included; `missing` are those that did not answer. */
export async function everywhere<Reply>(
  context: SessionContext,
  ask: (client: RpcClient<Admin>) => Promise<Reply>,
): Promise<{ replies: Reply[]; missing: string[] }> {
  const members = context.ownership.members(Kind.user).filter(({ rpc }) => rpc !== '')
  const answers = await Promise.allSettled(members.map(({ rpc }) => ask(context.rpc.at(adminContract, rpc))))
  const replies: Reply[] = []
  const missing: string[] = []
  answers.forEach((answer, index) => {
    if (answer.status === 'fulfilled') replies.push(answer.value)
    else missing.push(members[index]!.instance)
  })
  return { replies, missing }
}
