// A real Bluesky server (PDS) and its directory of accounts (PLC), on the loopback only.
//
// node start.cjs FOLDER [APPVIEW]: keeps everything in FOLDER; APPVIEW is the address to which
// searches are passed on. Prints one line of JSON with both ports, and ends with standard input.

const { randomBytes } = require("node:crypto");
const { createServer } = require("node:net");
const { join } = require("node:path");

const [folder, appView] = process.argv.slice(2);

// Both servers would otherwise listen on every network of this machine.
const onLoopback = (app) => {
  const listen = app.listen.bind(app);
  app.listen = (port, ...rest) => listen(port, "127.0.0.1", ...rest);
};

// The server's own address stands in its configuration, so its port must be known before.
const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

const environment = (port, plcPort) => ({
  PDS_PORT: String(port),
  PDS_HOSTNAME: "localhost",
  PDS_DEV_MODE: "true",
  PDS_DISABLE_SSRF_PROTECTION: "true",
  PDS_DATA_DIRECTORY: folder,
  PDS_BLOBSTORE_DISK_LOCATION: join(folder, "blobs"),
  PDS_DID_PLC_URL: `http://127.0.0.1:${plcPort}`,
  PDS_INVITE_REQUIRED: "false",
  PDS_SERVICE_HANDLE_DOMAINS: ".test",
  PDS_CRAWLERS: "",
  PDS_JWT_SECRET: randomBytes(16).toString("hex"),
  PDS_DPOP_SECRET: randomBytes(32).toString("hex"),
  PDS_ADMIN_PASSWORD: randomBytes(16).toString("hex"),
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: randomBytes(32).toString("hex"),
  ...(appView
    ? { PDS_BSKY_APP_VIEW_URL: appView, PDS_BSKY_APP_VIEW_DID: "did:web:appview.example" }
    : {}),
});

const main = async () => {
  const plc = await freePort();
  const port = await freePort();
  Object.assign(process.env, { LOG_ENABLED: "false" }, environment(port, plc));
  const { Database, PlcServer } = require("@did-plc/server");
  const { PDS, envToCfg, envToSecrets, readEnv } = require("@atproto/pds");

  const directory = PlcServer.create({ db: Database.mock(), port: plc });
  onLoopback(directory.app);
  await directory.start();

  const env = readEnv();
  const server = await PDS.create(envToCfg(env), envToSecrets(env));
  onLoopback(server.app);
  await server.start();

  console.log(JSON.stringify({ pds: port, plc }));
  process.stdin.on("end", () => process.exit(0)).resume();
};

main();
