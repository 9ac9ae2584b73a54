// The clash table. See symbols.h.
#include "symbols.h"

#include <deque>
#include <memory_resource>
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
    const Origin *take(std::string_view name, const Origin &origin)
    {
        const auto found = takers_.find(name);
        if (found != takers_.end())
            return found->second;
        takers_.emplace(keep(name), &origin);
        return nullptr;
    }

    void expect(size_t names)
    {
        takers_.reserve(names);
    }

  private:
    std::string_view keep(std::string_view name)
    {
        char *copy = static_cast<char *>(memory_.allocate(name.size(), 1));
        name.copy(copy, name.size());
        return {copy, name.size()};
    }

    std::pmr::monotonic_buffer_resource memory_;
    std::pmr::unordered_map<std::string_view, const Origin *> takers_{&memory_};
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
            const ServiceNames names(service);
            const Origin &origin = keep(origin_of(service));
            each_symbol(service, names,
                        [&](std::string_view name) { file_scope_.take(name, origin); });
            for (const Method &method : service.methods) {
                const Origin &method_origin = keep(origin_of(service, method));
                each_symbol(names, MethodNames(names, method), method.kind,
                            [&](std::string_view name) { file_scope_.take(name, method_origin); });
            }
        }
    }

    void add_own(const File &file)
    {
        expect_symbols_of(file);
        for (const Service &service : file.services) {
            const Origin &origin = keep(origin_of(service));
            each_symbol(service, ServiceNames(service),
                        [&](std::string_view name) { take_own(file_scope_, name, origin); });
        }
        for (const Service &service : file.services) {
            const ServiceNames names(service);
            Scope members;
            for (const Method &method : service.methods) {
                const MethodNames method_names(names, method);
                const Origin &origin = keep(origin_of(service, method));
                take_own(members, method_names.member, origin);
                each_symbol(names, method_names, method.kind,
                            [&](std::string_view name) { take_own(file_scope_, name, origin); });
            }
        }
    }

    std::vector<Error> errors;

  private:
    const Origin &keep(Origin origin)
    {
        return origins_.emplace_back(std::move(origin));
    }

    void expect_symbols_of(const File &file)
    {
        constexpr size_t most_of_a_method = 26;
        size_t methods = 0;
        for (const Service &service : file.services)
            methods += 1 + service.methods.size();
        file_scope_.expect(methods * most_of_a_method);
    }

    // At file scope.
    template <typename Take>
    void each_symbol(const Service &service, const ServiceNames &names, Take take) const
    {
        each(names.symbols(halves_), take);
        if (options_.async)
            each(AsyncServiceNames(names).symbols(halves_), take);
        if (options_.mock)
            each(MockServiceNames(names, service).symbols(halves_), take);
    }

    template <typename Take>
    void each_symbol(const ServiceNames &service, const MethodNames &names, MethodKind kind,
                     Take take) const
    {
        each(names.symbols(halves_), take);
        if (options_.async)
            each(AsyncMethodNames(service, names, kind).symbols(halves_), take);
        if (options_.mock)
            each(MockMethodNames(service, names).symbols(), take);
    }

    // The views' names live until the end of the call's full expression.
    template <typename Take> static void each(const NameViews &names, Take take)
    {
        for (const std::string_view name : names)
            take(name);
    }

    void take_own(Scope &scope, std::string_view name, const Origin &origin)
    {
        if (is_library_name(name) && is_new(origin, library_))
            errors.push_back({origin.position, origin.what + ": its C name " + std::string(name) +
                                                   " is kept for the library; a package or "
                                                   "c_package cures that"});
        const Origin *other = scope.take(name, origin);
        if (other != nullptr && is_new(origin, *other))
            errors.push_back({origin.position, origin.what + ": its C name " + std::string(name) +
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
