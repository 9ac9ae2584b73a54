// The clash table. See symbols.h.
#include "symbols.h"

#include <deque>
#include <set>
#include <unordered_map>
#include <utility>

#include "names.h"

namespace grpc_c
{

namespace
{

Origin origin_of(const Service &service)
{
    return {"service " + service.full_name, service.full_name, "", service.position};
}

Origin origin_of(const Service &service, const Method &method)
{
    const std::string full_name = service.full_name + "." + method.name;
    return {"method " + full_name, full_name, service.full_name, method.position};
}

// One scope: a name is its first taker's. The origins are the caller's, and outlive it.
class Scope
{
  public:
    // Who had the name before, or nullptr.
    const Origin *take(const std::string &name, const Origin &origin)
    {
        const auto inserted = takers_.try_emplace(name, &origin);
        return inserted.second ? nullptr : inserted.first->second;
    }

  private:
    std::unordered_map<std::string, const Origin *> takers_;
};

class Table
{
  public:
    explicit Table(const Options &options)
        : options_(options), halves_{options.server, options.client}
    {
    }

    void add_foreign(const std::vector<Symbol> &symbols)
    {
        for (const Symbol &symbol : symbols)
            file_scope_.take(symbol.name, symbol.origin);
    }

    void add_messages(const std::vector<Symbol> &symbols)
    {
        for (const Symbol &symbol : symbols)
            take_own(file_scope_, symbol.name, symbol.origin);
    }

    void add_import(const File &file)
    {
        for (const Service &service : file.services) {
            const Origin &origin = keep(origin_of(service));
            for (const std::string &name : symbols_of(service))
                file_scope_.take(name, origin);
            for (const Method &method : service.methods) {
                const Origin &method_origin = keep(origin_of(service, method));
                for (const std::string &name : symbols_of(service, method))
                    file_scope_.take(name, method_origin);
            }
        }
    }

    void add_own(const File &file)
    {
        for (const Service &service : file.services) {
            const Origin &origin = keep(origin_of(service));
            for (const std::string &name : symbols_of(service))
                take_own(file_scope_, name, origin);
        }
        for (const Service &service : file.services) {
            Scope members;
            for (const Method &method : service.methods) {
                const Origin &origin = keep(origin_of(service, method));
                take_own(members, MethodNames(service, method).member, origin);
                for (const std::string &name : symbols_of(service, method))
                    take_own(file_scope_, name, origin);
            }
        }
    }

    std::vector<Error> errors;

  private:
    const Origin &keep(Origin origin)
    {
        return origins_.emplace_back(std::move(origin));
    }

    // At file scope.
    std::vector<std::string> symbols_of(const Service &service) const
    {
        std::vector<std::string> names = ServiceNames(service).symbols(halves_);
        if (options_.async)
            append(names, AsyncServiceNames(service).symbols(halves_));
        if (options_.mock)
            append(names, MockServiceNames(service).symbols(halves_));
        return names;
    }

    std::vector<std::string> symbols_of(const Service &service, const Method &method) const
    {
        std::vector<std::string> names = MethodNames(service, method).symbols(halves_);
        if (options_.async)
            append(names, AsyncMethodNames(service, method).symbols(halves_));
        if (options_.mock)
            append(names, MockMethodNames(service, method).symbols());
        return names;
    }

    static void append(std::vector<std::string> &names, const std::vector<std::string> &more)
    {
        names.insert(names.end(), more.begin(), more.end());
    }

    void take_own(Scope &scope, const std::string &name, const Origin &origin)
    {
        if (is_library_name(name) && is_new(origin, library_))
            errors.push_back({origin.position, origin.what + ": its C name " + name +
                                                   " is kept for the library; a package or "
                                                   "c_package cures that"});
        const Origin *other = scope.take(name, origin);
        if (other != nullptr && is_new(origin, *other))
            errors.push_back({origin.position, origin.what + ": its C name " + name +
                                                   " is taken by " + other->what + " (" +
                                                   other->position.file + ":" +
                                                   std::to_string(other->position.line) + ")"});
    }

    // Two that clash do so with several names, and two services with all their methods: once is
    // enough to say.
    bool is_new(const Origin &one, const Origin &other)
    {
        const std::string &other_parent = other.parent.empty() ? other.full_name : other.parent;
        if (reported_.count({one.parent, other_parent}) != 0)
            return false;
        return reported_.insert({one.full_name, other.full_name}).second;
    }

    const Options options_;
    const Halves halves_;
    const Origin library_{"the library", "the library", "", {}};
    std::deque<Origin> origins_;
    Scope file_scope_;
    std::set<std::pair<std::string, std::string>> reported_;
};

} // namespace

std::vector<Error> find_clashes(const File &file, const std::vector<File> &imports,
                                const std::vector<Symbol> &messages,
                                const std::vector<Symbol> &foreign, const Options &options)
{
    Table table(options);
    table.add_foreign(foreign);
    if (options.messages)
        table.add_messages(messages);
    else
        table.add_foreign(messages);
    for (const File &import : imports)
        table.add_import(import);
    table.add_own(file);
    return table.errors;
}

} // namespace grpc_c
