/* Calls every function of a 32-bit library that is named on standard input, with NULL and 0 for all arguments, and prints its
 * name with how many bytes of arguments it takes off the stack: name@12. None for cdecl. */
#include <windows.h>

#include <stdio.h>
#include <string.h>

/* Eight arguments are there, more than any function takes. The stack is aligned to four bytes, as Visual Basic's is. */
static int popped(FARPROC function)
{
    int bytes;
    __asm__ volatile("movl %%esp, %%esi\n\t"
                     "subl $4, %%esp\n\t"
                     "pushl $0\n\tpushl $0\n\tpushl $0\n\tpushl $0\n\t"
                     "pushl $0\n\tpushl $0\n\tpushl $0\n\tpushl $0\n\t"
                     "call *%1\n\t"
                     "leal 36(%%esp), %%eax\n\t"
                     "subl %%esi, %%eax\n\t"
                     "movl %%esi, %%esp"
                     : "=a"(bytes)
                     : "D"(function)
                     : "ecx", "edx", "esi", "memory", "cc");
    return bytes;
}

int main(int argc, char **argv)
{
    char name[100];
    HMODULE library = argc == 2 ? LoadLibraryA(argv[1]) : NULL;
    if (!library) return 2;
    while (fgets(name, sizeof name, stdin)) {
        FARPROC function;
        name[strcspn(name, "\r\n")] = 0;
        function = GetProcAddress(library, name);
        if (!function) return 3;
        printf("%s@%d\n", name, popped(function));
    }
    return 0;
}
