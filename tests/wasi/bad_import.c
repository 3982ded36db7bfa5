/* No host has this import: an error that names it, and no hang. */
__attribute__((import_module("nowhere"), import_name("nothing"))) int nothing(
    void);

int main(void) { return nothing(); }
