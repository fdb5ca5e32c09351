// The server, its log, and requests that wait.
import type { PendingRequest, ServerStatus } from "../../bindings";
import type { Api } from "../api";
import * as data from "./data";
import { changed, refuse, state, world } from "./world";

const WORDS = "amber basin cedar delta ember fjord gravel harbor island jungle kettle lantern meadow nectar orchid pepper".split(" ");
const status = (): ServerStatus => ({
  running: world.running !== null,
  since: world.running,
  https: world.settings.https,
  http: world.settings.http,
  publicUrl: world.settings.publicUrl,
  reach: "thisNetwork",
  qr: data.QR,
  tls: { privateRoot: true, issuer: "CN=Department of Physics Issuing CA,O=Northbridge University", names: ["pki.physics.example.edu"], notAfter: data.at(-60 * 24 * 307) },
  certificates: [
    { name: "root", sha256: "9F3A".repeat(16), words: WORDS, picture: [true, false, true, false, true, false, true, false, true, false, true, true, false, true, true, false, false, true, false, false, true, false, false, false, true] },
    { name: "issuing", sha256: "77C1".repeat(16), words: WORDS, picture: [] },
  ],
});
export const requests: PendingRequest[] =
  state === "empty"
    ? []
    : [{ id: data.fresh(), subject: "CN=VPN router 3,OU=Physics,O=Example University", department: "Physics", profile: "authentication", key: "9f2c41d07ab35e6688f0c2d1e4b7a90355aa10c7d2e8f69b4431c07d5e9f8a12", since: data.at(52) }];
const answer = (id: string) => {
  requests.splice(requests.findIndex((request) => request.id === id), 1);
  changed();
};

export const server = {
  pendingRequests: async () => requests,
  approveRequest: async (id) => (answer(id), null),
  refuseRequest: async (id) => (answer(id), null),
  serverStatus: async () => status(),
  startServer: async () => {
    if (state === "empty") refuse("portInUse", "192.0.2.44:8443");
    world.running = new Date().toISOString();
    changed();
    return status();
  },
  stopServer: async () => {
    world.running = null;
    changed();
    return status();
  },
  requestLog: async () =>
    world.running === null
      ? []
      : [
          ["GET", "/crl/issuing.crl", 200, false, null],
          ["GET", "/e/…", 200, true, null],
          ["HEAD", "/e/…", 200, true, null],
          ["POST", "/ota/…", 403, true, "signer is no known device"],
          ["POST", "/scep/signet", 200, false, "PKIOperation"],
        ].map(([method, path, code, secure, note], n) => ({ at: data.at(n * 2), peer: "192.0.2.17", secure: !!secure, method: String(method), path: String(path), status: Number(code), milliseconds: n, note: note as string | null })),
} satisfies Partial<Api>;
