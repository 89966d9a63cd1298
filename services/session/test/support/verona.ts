import { after } from 'node:test'
import { infrastructure } from '@heliograph/testkit'
import type { Client } from './client.ts'
import { TestCluster } from './cluster.ts'

export const ROMEO = 'romeo@montague.example'
export const JULIET = 'juliet@capulet.example'

/** Starts clusters with two edges and these two, for one test file. */
export async function verona(): Promise<(sessions?: number) => Promise<TestCluster>> {
  const servers = await infrastructure()
  after(() => servers.close())
  return (sessions = 2) => TestCluster.start(servers, { users: ['juliet', ROMEO], sessions, edges: 2 })
}

export const say = (from: Client, to: Client | string, body: string): Client =>
  from.send(`<message to='${typeof to === 'string' ? to : to.jid}' type='chat'><body>${body}</body></message>`)

export const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => `m${n}`)
