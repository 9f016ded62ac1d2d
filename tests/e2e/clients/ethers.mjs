// What an ethers user does: deploy, call, send, estimate, logs, subscriptions, revert reasons.
// Arguments: package.json of the installed packages, JSON with the chain's addresses, keys and contracts.
// Prints one JSON object; the test compares it with the chain.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'

const require = createRequire(process.argv[2])
const { ethers } = require('ethers')
const { httpUrl, wsUrl, chainId, keys, token, refuser } = JSON.parse(process.argv[3])
setTimeout(() => { console.error('ethers.mjs: timed out'); process.exit(3) }, 60_000).unref()

const provider = new ethers.JsonRpcProvider(httpUrl, undefined, { polling: true, pollingInterval: 50, cacheTimeout: -1 })
assert.equal((await provider.getNetwork()).chainId, BigInt(chainId))
const [alice, bob] = keys.map((key) => new ethers.Wallet(key, provider))

// Deploy and call.
const factory = new ethers.ContractFactory(token.abi, token.bytecode, alice)
const contract = await (await factory.deploy('Token', 'TKN', 6)).waitForDeployment()
assert.equal(await contract.decimals(), 6n)
assert.equal(await contract.symbol(), 'TKN')

// Subscriptions over WebSocket: heads and logs. Nothing says when they have begun, so the news is repeated until heard.
const socket = new ethers.WebSocketProvider(wsUrl)
const listener = contract.connect(socket)
const heard = Promise.all([
  new Promise((resolve) => listener.on('Approval', (...args) => resolve(args))),
  new Promise((resolve) => socket.on('block', resolve)),
])
let isHeard = false
heard.finally(() => { isHeard = true })
while (!isHeard) await (await contract.approve(bob.address, 5n)).wait()
const [[owner, spender, value], head] = await heard
assert.deepEqual([owner, spender, value], [alice.address, bob.address, 5n])
assert.ok(head <= await provider.getBlockNumber())

// Send with EIP-1559 fees, as estimated.
const gas = await contract.mint.estimateGas(1000n)
const mint = await (await contract.mint(1000n)).wait()
assert.equal(mint.status, 1)
assert.equal(mint.type, 2)
assert.ok(gas >= mint.gasUsed)

// A legacy transaction.
const { gasPrice } = await provider.getFeeData()
const legacy = await (await alice.sendTransaction({ type: 0, gasPrice, to: bob.address, value: 7n })).wait()
assert.equal(legacy.type, 0)
assert.equal(legacy.gasUsed, 21000n)

// By the node's own key.
const signer = await provider.getSigner(bob.address)
const sent = await (await signer.sendTransaction({ to: alice.address, value: 3n })).wait()
assert.equal(sent.from, bob.address)
assert.equal(ethers.verifyMessage('hello', await signer.signMessage('hello')), bob.address)

// Logs.
await (await contract.transfer(bob.address, 400n)).wait()
const logs = await contract.queryFilter(contract.filters.Transfer(), 0)
assert.deepEqual(logs.map(({ args }) => args.value), [1000n, 400n])
assert.equal((await contract.queryFilter(contract.filters.Transfer(null, bob.address), 0)).length, 1)

// Revert reasons: a string, and an error of the contract's own; refusals that ethers knows by name.
const refusal = async (promise) => promise.then(() => assert.fail('not refused'), (error) => error)
const poor = await refusal(contract.connect(bob).transfer(alice.address, 401n))
assert.equal(poor.code, 'CALL_EXCEPTION')
const refusing = await (await new ethers.ContractFactory(refuser.abi, refuser.bytecode, alice).deploy()).waitForDeployment()
const custom = await refusal(refusing.refuse())
assert.equal(custom.revert.name, 'TooMuch')
assert.deepEqual([...custom.revert.args], [5n])
const broke = await refusal(alice.sendTransaction({ to: bob.address, value: 10n ** 30n }))
assert.equal(broke.code, 'INSUFFICIENT_FUNDS')
const stale = await refusal(alice.sendTransaction({ to: bob.address, nonce: 0, gasLimit: 21000 }))
assert.equal(stale.code, 'NONCE_EXPIRED')

// A transaction that reverts in a block has a receipt.
const failed = await refusal((await contract.connect(bob).transfer(alice.address, 401n, { gasLimit: 100000 })).wait())
assert.equal(failed.receipt.status, 0)

// Blocks with their transactions.
const block = await provider.getBlock('latest', true)
assert.equal(block.prefetchedTransactions.length, 1)

console.log(JSON.stringify({
  token: await contract.getAddress(), mint: mint.hash, legacy: legacy.hash, refusal: poor.reason,
}))
process.exit(0)
