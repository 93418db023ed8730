#include "commands.hpp"

int main(int argc, char **argv) {
    cord::io::cli::App app("siptrace", "Read SIP traces and draw call flows");
    cord::siptrace::add_calls(app);
    cord::siptrace::add_flow(app);
    cord::siptrace::add_messages(app);
    cord::siptrace::add_extract(app);
    cord::siptrace::add_census(app);
    cord::siptrace::add_parse(app);
    return app.run(argc, argv);
}
