/* Puts a certificate (DER, on standard input) among the certificate authorities that this Windows trusts. */
#include <windows.h>

#include <fcntl.h>
#include <io.h>
#include <stdio.h>

#include <wincrypt.h>

int main(void)
{
    static BYTE certificate[10000];
    DWORD size;
    HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, CERT_SYSTEM_STORE_CURRENT_USER, L"Root");
    _setmode(_fileno(stdin), _O_BINARY);
    size = (DWORD)fread(certificate, 1, sizeof certificate, stdin);
    return !store || !CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, certificate, size,
                                                       CERT_STORE_ADD_REPLACE_EXISTING, NULL) ||
           !CertCloseStore(store, 0);
}
