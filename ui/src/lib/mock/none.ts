// The product: nothing is pretended.
import type { Api, Host } from "../api";

export const pretended: { api: Api; host: Host } | null = null;
