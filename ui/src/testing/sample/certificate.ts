import type { CertificateView } from "../../api/contract/CertificateView";
import type { Moments } from "./ids";

/** What the portal shows of an uploaded certificate. */
export const sampleCertificate = (at: Moments): CertificateView => ({
  subject: "CN=Kestrel Mailer,O=Kestrel Ltd",
  serial: "609C2891E558ED3D4AC913B7AB71B13BD36B3F0A",
  not_before: at.days(-30),
  not_after: at.days(335),
  thumbprint: "8B5E85A14AA8A9BBD44D5A4DAD59576BBD09B672",
  sha256: "B9FF68826269D1E3EE5C5A3A8CFFC863E2F880FB04C6C4A27D9619CAB05C9011",
  bits: 2048,
});
