// Usage: node session.js VESPER WORKSPACE, with the client below NODE_PATH.
// Drives `vesper dap` with Microsoft's client and prints a line for each thing that holds.
const assert = require('node:assert/strict');
const path = require('node:path');
const { DebugClient } = require('@vscode/debugadapter-testsupport');

const [vesper, workspace] = process.argv.slice(2);
const payment = path.join(workspace, 'payment_handler.vsp');
const parcels = path.join(workspace, 'parcel_quote.vsp');
const charges = { program: payment, case: 'charges_a_card' };

async function session(name, drive) {
  const client = new DebugClient(vesper, 'dap', 'vesper', { cwd: workspace }, true);
  client.defaultTimeout = 20000;
  await client.start();
  try {
    await drive(client);
    console.log(`ok ${name}`);
  } finally {
    await client.stop();
  }
}

// The client asserts that a line is the one of the innermost frame.
const lineOf = (file, text) =>
  1 + require('node:fs').readFileSync(file, 'utf8').split('\n').findIndex((it) => it.includes(text));
const begin = (client, launch, configure) =>
  Promise.all([
    client.waitForEvent('initialized').then(configure).then(() => client.configurationDoneRequest()),
    client.launch(launch),
  ]);
const ended = (client) => Promise.all([client.waitForEvent('exited'), client.waitForEvent('terminated')]);
const top = async (client) => (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames[0];

async function main() {
  await session('a breakpoint by line, values, stepping, the end', async (client) => {
    const line = lineOf(payment, 'step: charge');
    await client.hitBreakpoint(charges, { path: payment, line: line + 3 }, { line }, { line });
    const frame = await top(client);
    assert.equal(frame.name, 'charge');
    const { scopes } = (await client.scopesRequest({ frameId: frame.id })).body;
    assert.deepEqual(scopes.map((it) => it.name), ['Variables', 'Inputs', 'Contracts']);
    const rows = async (at) =>
      (await client.variablesRequest({ variablesReference: scopes[at].variablesReference })).body.variables;
    assert.deepEqual((await rows(0)).map((it) => [it.name, it.value]), [['fee', '3.20'], ['earlier', '[]']]);
    const inputs = Object.fromEntries((await rows(1)).map((it) => [it.name, it.value]));
    assert.equal(inputs.amount, '100.00');
    assert.equal(inputs.card_token, '"[hidden]"');
    assert.ok((await rows(2)).every((it) => it.value === 'true'));
    const value = await client.evaluateRequest({ expression: 'amount + fee', frameId: frame.id });
    assert.equal(value.body.result, '103.20');
    // Whoever waits for an event must do so before it can come.
    const [output] = await Promise.all([
      client.waitForEvent('output'),
      client.assertStoppedLocation('step', { path: payment, line: lineOf(payment, 'step: record') }),
      client.nextRequest({ threadId: 1 }),
    ]);
    assert.match(output.body.output, /^charge: external_api_call/);
    const end = ended(client);
    await client.continueRequest({ threadId: 1 });
    assert.equal((await end)[0].body.exitCode, 0);
  });

  await session('entry, steps into called nodes and out of them, two engines', async (client) => {
    const launch = { program: `${parcels}#parcel_quote_v1`, case: 'a_pillow_overseas', stopOnEntry: true, peer: 'python' };
    await Promise.all([begin(client, launch, () => {}), client.assertStoppedLocation('entry', { path: parcels })]);
    let frame = await top(client);
    while (!frame.name.includes('>')) {
      await Promise.all([client.waitForEvent('stopped'), client.stepInRequest({ threadId: 1 })]);
      frame = await top(client);
    }
    const trace = (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames.map((it) => it.name);
    assert.match(trace[0], />/);
    assert.ok(trace.includes('parcel_weight_v1') && trace.includes('parcel_quote_v1'), trace.join(' '));
    await Promise.all([client.waitForEvent('stopped'), client.stepOutRequest({ threadId: 1 })]);
    assert.doesNotMatch((await top(client)).name, />/);
    const end = ended(client);
    await client.continueRequest({ threadId: 1 });
    assert.equal((await end)[0].body.exitCode, 0);
  });

  await session('violated contracts and conditions', async (client) => {
    const launch = { ...charges, inputs: { amount: 60000.5 } };
    const first = client.waitForEvent('stopped');
    await begin(client, launch, async () => {
      await client.setExceptionBreakpointsRequest({ filters: ['contract_violation'] });
      const names = ['input.amount > 10000', 'no_such_step'];
      const told = await client.setFunctionBreakpointsRequest({ breakpoints: names.map((name) => ({ name })) });
      assert.deepEqual(told.body.breakpoints.map((it) => it.verified), [true, false]);
    });
    const stopped = (await first).body;
    assert.equal(stopped.reason, 'exception');
    assert.match(stopped.text, /is violated/);
    const value = await client.evaluateRequest({ expression: 'amount', frameId: 1 });
    assert.equal(value.body.result, '60000.5');
    await client.setExceptionBreakpointsRequest({ filters: [] });
    const [second] = await Promise.all([
      client.waitForEvent('stopped'),
      client.continueRequest({ threadId: 1 }),
    ]);
    assert.equal(second.body.reason, 'function breakpoint');
    const end = ended(client);
    await client.continueRequest({ threadId: 1 });
    assert.equal((await end)[0].body.exitCode, 1);
  });

  await session('what cannot be launched is refused in words', async (client) => {
    await client.initializeRequest();
    await assert.rejects(client.launchRequest({ program: payment, case: 'never' }), /there is no test case `never`/);
    await assert.rejects(client.threadsRequest(), /nothing was launched yet/);
  });

  await session('a run is ended by whoever watches it', async (client) => {
    await Promise.all([
      begin(client, { ...charges, stopOnEntry: true }, () => {}),
      client.waitForEvent('stopped'),
    ]);
    const end = ended(client);
    await client.terminateRequest();
    assert.equal((await end)[0].body.exitCode, 1);
  });
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
