// sipctl: provisions users, and looks at and steers running daemons.
#include "commands.hpp"

int main(int argc, char **argv) {
    using namespace cord::tools::sipctl;
    cord::io::cli::App app("sipctl", "Provision users, and look at and steer running daemons");
    Context context(app);
    UserCommands users(app, context);
    TrustCommands trust(app, context);
    AliasCommands aliases(app, context);
    SpeedDialCommands speed_dials(app, context);
    GroupCommands groups(app, context);
    TrunkCommands trunks(app, context);
    RouteCommands routes(app, context);
    LiveCommands live(app, context);
    RpcCommand rpc(app, context);
    return app.run(argc, argv);
}
