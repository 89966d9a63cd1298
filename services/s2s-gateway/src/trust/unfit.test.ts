import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ensureSelfSigned } from '@heliograph/certificates'
import { unfit } from './unfit.ts'

test('a connection is as new as policy asks for', () => {
  const tls = { getProtocol: () => 'TLSv1.2', getPeerX509Certificate: () => undefined }
  assert.equal(unfit(tls, { minTls: 'TLSv1.2', pins: [] }), undefined)
  assert.equal(unfit(tls, { minTls: 'TLSv1.3', pins: [] }), 'TLSv1.3 is asked for, this is TLSv1.2')
})

test('a peer with pins shows a certificate that has one of these keys', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'hg-pins-'))
  const { cert } = await ensureSelfSigned({ directory, domains: ['pinned.example'] })
  const certificate = new X509Certificate(await readFile(cert))
  await rm(directory, { recursive: true })
  const tls = (shown?: X509Certificate) => ({ getProtocol: () => 'TLSv1.3', getPeerX509Certificate: () => shown })
  const minTls = 'TLSv1.2'
  const said = unfit(tls(certificate), { minTls, pins: ['another'] })
  assert.match(said ?? '', /isn't one of those pinned/)
  const pin = said!.slice(said!.lastIndexOf(' ') + 1)
  assert.equal(unfit(tls(certificate), { minTls, pins: ['another', pin] }), undefined)
  assert.match(unfit(tls(), { minTls, pins: [pin] }) ?? '', /no certificate/)
})
